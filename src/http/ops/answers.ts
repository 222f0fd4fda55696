import { type TSchema, Type } from '@sinclair/typebox'
import { ProblemBody } from '../problem.ts'
import { Status } from './filters.ts'

// What the API answers. The shapes are those of src/ops; here they are described, and nothing else gets out.

const Time = Type.Unsafe<Date>(Type.String({ format: 'date-time' }))
const Text = Type.String()
const Count = Type.Integer()

function orNull<Schema extends TSchema>(schema: Schema) {
  return Type.Union([schema, Type.Null()])
}

function list<Schema extends TSchema>(schema: Schema) {
  return Type.Unsafe<readonly Schema['static'][]>(Type.Array(schema))
}

const BacklogLine = Type.Object({
  queue: Text,
  state: Type.String({ description: 'created: waits for a worker; retry: for its next attempt; active' }),
  jobs: Count,
  oldestAgeSeconds: orNull(Type.Number()),
})

export const Overview = Type.Object({
  level: Type.Union([Type.Literal('well'), Type.Literal('attention'), Type.Literal('trouble')], {
    description: 'attention: events have failed. trouble: events are not being processed.',
  }),
  sentence: Text,
  problems: list(Text),
  workers: Type.Integer({ description: 'Worker processes that are alive' }),
  failed: Type.Integer({ description: 'Events that have failed and were not replayed' }),
  queues: list(BacklogLine),
})

export const Queues = Type.Object({ queues: list(BacklogLine) })

export const FailureGroups = Type.Object({
  total: Count,
  groups: list(
    Type.Object({
      type: Text,
      error: orNull(Text),
      count: Count,
      firstFailedAt: Time,
      lastFailedAt: Time,
    }),
  ),
})

export const Throughput = Type.Object({
  minutes: list(
    Type.Object({
      minute: Time,
      received: Count,
      processed: Count,
      failed: Count,
      lagP50Seconds: orNull(Type.Number()),
      lagP99Seconds: orNull(Type.Number()),
    }),
  ),
})

const ListedEvent = Type.Object({
  id: Text,
  type: Text,
  status: Status,
  attempts: Count,
  error: orNull(Text),
  providerEventId: orNull(Text),
  occurredAt: orNull(Time),
  receivedAt: Time,
  processedAt: orNull(Time),
  failedAt: orNull(Time),
})

export const EventPage = Type.Object({
  events: list(ListedEvent),
  next: orNull(Type.String({ description: 'Send it as "cursor" for the events that follow' })),
  lookedBackTo: orNull(
    Type.Unsafe<Date>(
      Type.String({
        format: 'date-time',
        description: 'Everything back to this time has been looked at; null: everything',
      }),
    ),
  ),
})

export const KnownObjects = Type.Object({
  search: Type.Object({ kind: Type.Union([Type.Literal('number'), Type.Literal('id')]), text: Text }),
  contact: orNull(Type.Object({ number: Text, name: orNull(Text), company: orNull(Text) })),
  objects: list(
    Type.Object({
      table: Text,
      id: Text,
      direction: orNull(Text),
      status: orNull(Text),
      number: orNull(Text),
      at: Time,
    }),
  ),
})

export const EventHistory = Type.Object({
  event: Type.Composite([
    ListedEvent,
    Type.Object({ scheme: Text, apiVersion: orNull(Text), dedupeKey: Text }),
  ]),
  payload: Type.String({ description: 'The body as it was received, to the byte' }),
  timeline: list(Type.Object({ at: Time, what: Text, detail: orNull(Text) })),
  jobs: list(
    Type.Object({
      id: Text,
      state: Text,
      retryCount: Count,
      retryLimit: Count,
      createdAt: Time,
      startAfter: Time,
      startedAt: orNull(Time),
      endedAt: orNull(Time),
      error: orNull(Text),
    }),
  ),
  deadLetter: orNull(
    Type.Object({ id: Text, createdAt: Time, sourceJobId: Text, attempts: Count, error: orNull(Text) }),
  ),
  rows: list(
    Type.Object({
      table: Text,
      id: Text,
      row: orNull(
        Type.Unsafe<Readonly<Record<string, unknown>>>(Type.Object({}, { additionalProperties: true })),
      ),
    }),
  ),
})

export const Replayed = Type.Object({
  replayed: Type.Integer({ description: 'Events set back to received, each with a job that waits' }),
  alreadyWaiting: Type.Integer({ description: 'Of those, how many had a waiting job already' }),
  missing: Type.Integer({ description: 'Ids that no event has, or has any more' }),
})

export const ReplayedByFilter = Type.Composite([
  Replayed,
  Type.Object({
    matched: Type.Integer({ description: 'Events that matched before anything was done' }),
    remaining: Type.Integer({ description: 'Events that match still: send the same again for those' }),
    until: Type.Unsafe<Date>(
      Type.String({
        format: 'date-time',
        description: 'The end of the filter; later failures are not meant',
      }),
    ),
  }),
])

export const Types = Type.Object({ types: list(Text) })

function problem(description: string) {
  return { description, content: { 'application/problem+json': { schema: ProblemBody } } }
}

/** The answers of a route: the good one, and the problems of all routes here. */
export function answers<Schema extends TSchema>(description: string, schema: Schema) {
  return {
    200: { description, content: { 'application/json': { schema } } },
    400: problem('The detail says what is not understood. Nothing was changed.'),
    401: problem('The token is missing or wrong.'),
    429: problem('Too many wrong tokens from this address. See Retry-After.'),
    503: problem('The database does not answer now.'),
  }
}

/** Beside `answers`, where the address names an event. */
export const noSuchEvent = { 404: problem('There is no event of that id.') }
