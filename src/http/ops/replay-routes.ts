import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { type Replayed as Counts, nothingReplayed, replayEvents } from '../../ops/replay-events.ts'
import { countMatching, type FixedFilter, fixFilter, replayMatching } from '../../ops/replay-matching.ts'
import { HttpProblem } from '../problem.ts'
import { answers, noSuchEvent, Replayed, ReplayedByFilter } from './answers.ts'
import type { SharedContext } from './context.ts'
import { ErrorText, EventId, EventType, Time, toDate } from './filters.ts'
import { operatorRoute } from './operator-route.ts'

/** Events of one request: some seconds' work. Who has more sends the request again. */
const AT_ONCE = 10_000

const Ids = Type.Object(
  { ids: Type.Array(EventId, { minItems: 1, maxItems: AT_ONCE, description: `1 to ${AT_ONCE} ids` }) },
  { additionalProperties: false },
)

const FailureFilter = Type.Object(
  {
    type: Type.Optional(EventType),
    error: Type.Optional(ErrorText),
    since: Type.Optional(Time),
    until: Type.Optional(Time),
    dryRun: Type.Optional(Type.Boolean({ description: 'true: count, change nothing' })),
  },
  { additionalProperties: false },
)

const IS_SAFE =
  'Safe at any time and any number of times, while workers run: each event is tried again from its first ' +
  'attempt, and the rows end the same.'

export const replayRoutes: FastifyPluginAsyncTypebox<SharedContext> = async (
  scope,
  { db, notify, log, memory },
) => {
  const tell = (reqId: string, by: 'ids' | 'filter', { replayed, alreadyWaiting, missing }: Counts) => {
    memory.forget()
    log.info({ event: 'ops_replay', by, replayed, alreadyWaiting, missing, reqId })
  }

  scope.post(
    '/events/:id/replay',
    {
      schema: {
        ...operatorRoute('Replay one event', IS_SAFE),
        params: Type.Object({ id: EventId }),
        response: { ...answers('It waits for a worker.', Replayed), ...noSuchEvent },
      },
    },
    async ({ params, id: reqId }) => {
      const done = await replayEvents(db, [params.id], { notify })
      if (done.replayed === 0) throw new HttpProblem('not-found', 'There is no event of that id.')
      tell(reqId, 'ids', done)
      return done
    },
  )
  scope.post(
    '/replay',
    {
      schema: {
        ...operatorRoute('Replay events by their ids', IS_SAFE),
        body: Ids,
        response: answers('Those that are there wait for a worker.', Replayed),
      },
    },
    async ({ body, id: reqId }) => {
      const done = await replayEvents(db, body.ids, { notify })
      tell(reqId, 'ids', done)
      return done
    },
  )
  scope.post(
    '/failures/replay',
    {
      schema: {
        ...operatorRoute(
          'Replay failed events by a filter',
          `${IS_SAFE} At most ${AT_ONCE} events are replayed by one request, the oldest failures first. An empty ` +
            'object means all failures up to now; "dryRun" tells how many.',
        ),
        body: FailureFilter,
        response: answers('What was done.', ReplayedByFilter),
      },
    },
    async ({ body, id: reqId }) => {
      const filter = await filterOf(body)
      const matched = await countMatching(db, filter)
      if (body.dryRun) return { ...nothingReplayed, matched, remaining: matched, until: filter.until }
      const done = await replaySome(filter)
      tell(reqId, 'filter', done)
      return { ...done, matched, remaining: await countMatching(db, filter), until: filter.until }
    },
  )

  function filterOf(body: typeof FailureFilter.static): Promise<FixedFilter> {
    const [since, until] = [toDate(body.since), toDate(body.until)]
    if (since && until && since >= until)
      throw new HttpProblem('bad-request', '"since" must be before "until".')
    const error = body.error === '' ? null : body.error
    return fixFilter(db, { status: 'failed', type: body.type, error, since, until })
  }

  async function replaySome(filter: FixedFilter): Promise<Counts> {
    const enough = new AbortController()
    return replayMatching(db, filter, {
      notify,
      signal: enough.signal,
      onBatch: ({ replayed, missing }) => {
        if (replayed + missing >= AT_ONCE) enough.abort()
      },
    })
  }
}
