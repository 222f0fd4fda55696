import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { readBacklog } from '../../ops/backlog.ts'
import { countFailures, groupFailures } from '../../ops/failures.ts'
import { readOverview } from '../../ops/overview.ts'
import { ThroughputSeries } from '../../ops/throughput-series.ts'
import { answers, FailureGroups, Overview, Queues, Throughput, Types } from './answers.ts'
import type { SharedContext } from './context.ts'
import { operatorRoute } from './operator-route.ts'

/** Groups told about, the largest; errors that quote values could make one of each failure. */
const GROUPS = 200

const RANGE_MINUTES = { '1h': 60, '24h': 1_440 } as const

const Range = Type.Object(
  {
    range: Type.Optional(
      Type.Unsafe<keyof typeof RANGE_MINUTES>(
        Type.Union([Type.Literal('1h'), Type.Literal('24h')], {
          default: '1h',
          description: 'one of 1h, 24h',
        }),
      ),
    ),
  },
  { additionalProperties: false },
)

/** How the whole is doing. All answers are shared for two seconds. */
export const statusRoutes: FastifyPluginAsyncTypebox<SharedContext> = async (
  scope,
  { db, registry, memory },
) => {
  const overview = memory.remember(async () => {
    const { backlog, ...status } = await readOverview(db)
    return { ...status, queues: backlog }
  })
  const queues = memory.remember(async () => ({ queues: await readBacklog(db) }))
  const failures = memory.remember(async () => {
    const [total, groups] = await Promise.all([countFailures(db), groupFailures(db, {}, GROUPS)])
    return { total, groups: groups.toSorted((a, b) => b.lastFailedAt.getTime() - a.lastFailedAt.getTime()) }
  })
  const series = new ThroughputSeries(db)
  const throughput = {
    '1h': memory.remember(async () => ({ minutes: await series.read(RANGE_MINUTES['1h']) })),
    '24h': memory.remember(async () => ({ minutes: await series.read(RANGE_MINUTES['24h']) })),
  }
  const types = [...registry.translators.keys()].sort()

  scope.get(
    '/overview',
    { schema: { ...operatorRoute('Whether all is well'), response: answers('How it is.', Overview) } },
    () => overview(),
  )
  scope.get(
    '/queues',
    {
      schema: {
        ...operatorRoute('What is not finished, by queue and state'),
        response: answers('Every queue has a line for "created".', Queues),
      },
    },
    () => queues(),
  )
  scope.get(
    '/failures',
    {
      schema: {
        ...operatorRoute('Failed events by type and error'),
        response: answers(`The ${GROUPS} largest groups; that with the newest failure first.`, FailureGroups),
      },
    },
    () => failures(),
  )
  scope.get(
    '/throughput',
    {
      schema: {
        ...operatorRoute('Received, processed and failed events and their lag, by minute'),
        querystring: Range,
        response: answers('The oldest minute first; the last is not over yet.', Throughput),
      },
    },
    ({ query }) => throughput[query.range ?? '1h'](),
  )
  scope.get(
    '/types',
    {
      schema: {
        ...operatorRoute('The event types that are handled'),
        response: answers('Others are stored and ignored.', Types),
      },
    },
    () => ({ types }),
  )
}
