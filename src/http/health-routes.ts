import { type FastifyPluginAsyncTypebox, Type } from '@fastify/type-provider-typebox'
import { boundedCall, TimedOutError } from '../bounded-call.ts'
import type { Metrics } from '../metrics.ts'
import { HttpProblem, ProblemBody } from './problem.ts'

/** Rejects with a short reason that may be shown to anyone; resolves when the part works. */
export type ReadinessCheck = () => Promise<void>

export interface HealthRouteOptions {
  /** By the part's name: `database`, `migrations`, `worker`. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  readonly metrics: Metrics
  readonly isClosing: () => boolean
}

const CHECK_LIMIT_MS = 2_000
/** Above the limit of a single gauge, which then leaves out only itself. */
const SCRAPE_LIMIT_MS = 5_000

const Ok = Type.Object({ status: Type.Literal('ok') })
const Ready = Type.Object({ status: Type.Literal('ok'), checks: Type.Record(Type.String(), Type.String()) })

/** What an orchestrator, a load balancer and Prometheus ask. Every role serves them. */
export const healthRoutes: FastifyPluginAsyncTypebox<HealthRouteOptions> = async (scope, options) => {
  const checks = Object.entries(options.checks).map(
    ([part, check]) => [part, boundedCall(check, CHECK_LIMIT_MS)] as const,
  )
  const scrape = boundedCall(() => options.metrics.registry.metrics(), SCRAPE_LIMIT_MS)

  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('cache-control', 'no-store')
    done()
  })

  scope.get(
    '/healthz',
    {
      schema: {
        summary: 'Whether the process answers',
        tags: ['operation'],
        response: { 200: { description: 'It does.', content: { 'application/json': { schema: Ok } } } },
      },
    },
    () => ({ status: 'ok' as const }),
  )

  scope.get(
    '/readyz',
    {
      schema: {
        summary: 'Whether every part the process needs works',
        tags: ['operation'],
        response: {
          200: { description: 'All do.', content: { 'application/json': { schema: Ready } } },
          503: {
            description: 'At least one does not; "checks" names it.',
            content: { 'application/problem+json': { schema: ProblemBody } },
          },
        },
      },
    },
    async () => {
      if (options.isClosing()) throw notReady({ process: 'shutting down' })
      const results = await Promise.all(
        checks.map(async ([part, check]) => [part, await stateOf(check)] as const),
      )
      const states = Object.fromEntries(results)
      if (results.some(([, state]) => state !== 'ok')) throw notReady(states)
      return { status: 'ok' as const, checks: states }
    },
  )

  scope.get(
    '/metrics',
    {
      schema: {
        summary: 'Metrics for Prometheus',
        tags: ['operation'],
        produces: ['text/plain'],
        response: {
          200: {
            description: 'The text format of Prometheus.',
            content: { 'text/plain': { schema: Type.String() } },
          },
        },
      },
    },
    async (_request, reply) => {
      const text = await scrape()
      reply.header('content-type', options.metrics.registry.contentType)
      return text
    },
  )
}

async function stateOf(check: ReadinessCheck): Promise<string> {
  try {
    await check()
    return 'ok'
  } catch (error) {
    if (error instanceof TimedOutError) return error.message
    return error instanceof Error && error.message !== '' ? error.message : 'failed'
  }
}

function notReady(checks: Record<string, string>): HttpProblem {
  const failed = Object.entries(checks).filter(([, state]) => state !== 'ok')
  const detail = failed.map(([part, reason]) => `${part}: ${reason}`).join('; ')
  return new HttpProblem('not-ready', detail, { members: { checks } })
}
