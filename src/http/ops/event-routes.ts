import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { readEventHistory } from '../../ops/event-history.ts'
import { readContact, readKnownObjects } from '../../ops/known-objects.ts'
import { parseCursor } from '../../ops/list-cursor.ts'
import { listEvents } from '../../ops/list-events.ts'
import { readPayloadText } from '../../ops/payload-text.ts'
import { parseSearch } from '../../ops/search.ts'
import { searchEvents } from '../../ops/search-events.ts'
import { HttpProblem } from '../problem.ts'
import { answers, EventHistory, EventPage, KnownObjects, noSuchEvent } from './answers.ts'
import type { OpsContext } from './context.ts'
import { ErrorText, EventId, EventType, SearchText, Status, Time, toDate } from './filters.ts'
import { operatorRoute } from './operator-route.ts'

const LIMIT = 50

const ListQuery = Type.Object(
  {
    search: Type.Optional(SearchText),
    status: Type.Optional(Status),
    type: Type.Optional(EventType),
    error: Type.Optional(ErrorText),
    since: Type.Optional(Time),
    until: Type.Optional(Time),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 200, default: LIMIT, description: 'a whole number from 1 to 200' }),
    ),
    cursor: Type.Optional(Type.String({ maxLength: 200, description: '"next" of the page before' })),
  },
  { additionalProperties: false },
)

const SEARCH_COVERS =
  'The newest first: by arrival, with status=failed by failure; "since" and "until" are of the same. A page looks ' +
  'at a bounded number of events, so it may hold few or none and still have a "next". "search" takes a phone ' +
  'number or any id and reads payloads; its first page adds, of all earlier events, the one of that id, those ' +
  'that arrived within ten minutes of the newest messages, calls and voicemails of the number (or of the ' +
  'object), and the newest failures, so an event may come twice over several pages.'

export const eventRoutes: FastifyPluginAsyncTypebox<OpsContext> = async (scope, { db, registry }) => {
  scope.get(
    '/events',
    {
      schema: {
        ...operatorRoute('Find events', SEARCH_COVERS),
        querystring: ListQuery,
        response: answers('Some of the events that match.', EventPage),
      },
    },
    ({ query }) => {
      const { search, status, type, limit = LIMIT } = query
      const [since, until] = [toDate(query.since), toDate(query.until)]
      if (since && until && since >= until) {
        throw new HttpProblem('bad-request', '"since" must be before "until".')
      }
      const error = query.error === '' ? null : query.error
      const order = status === 'failed' ? 'failure' : 'arrival'
      const after = query.cursor === undefined ? undefined : parseCursor(query.cursor, order)
      if (query.cursor !== undefined && after === undefined) {
        throw new HttpProblem('bad-request', '"cursor": must be "next" of the page before, of the same list.')
      }
      const filter = { status, type, error, since, until }
      if (search === undefined) return listEvents(db, filter, { limit, after })
      return searchEvents(db, parseSearch(search), filter, { limit, after })
    },
  )
  scope.get(
    '/objects',
    {
      schema: {
        ...operatorRoute(
          'What is known of a phone number or an object',
          'From the tables, through their indexes.',
        ),
        querystring: Type.Object({ search: SearchText }, { additionalProperties: false }),
        response: answers('The contact, and the newest 20 messages, calls and voicemails.', KnownObjects),
      },
    },
    async ({ query }) => {
      const search = parseSearch(query.search)
      const [contact, objects] = await Promise.all([
        search.kind === 'number' ? readContact(db, search.text) : undefined,
        readKnownObjects(db, search),
      ])
      return { search, contact: contact ?? null, objects }
    },
  )
  scope.get(
    '/events/:id',
    {
      schema: {
        ...operatorRoute('One event with its history'),
        params: Type.Object({ id: EventId }),
        response: { ...answers('All that is known of it.', EventHistory), ...noSuchEvent },
      },
    },
    async ({ params }) => {
      const [history, payload] = await Promise.all([
        readEventHistory(db, registry, params.id),
        readPayloadText(db, params.id),
      ])
      if (history === undefined || payload === undefined)
        throw new HttpProblem('not-found', 'There is no event of that id.')
      return { ...history, payload }
    },
  )
}
