import Fastify, { type FastifyInstance, LogController } from 'fastify'
import type { Config } from '../config.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { SigningKeys } from '../webhook/secrets.ts'
import { closeWithoutDelay } from './closing.ts'
import { serveDocs } from './docs-routes.ts'
import { healthRoutes, type ReadinessCheck } from './health-routes.ts'
import { watchRoutes } from './not-found.ts'
import { limitPipelining } from './pipelining.ts'
import { toProblem } from './problem.ts'
import { problemRoutes } from './problem-routes.ts'
import { answerClientError, createErrorHandler, sendProblem } from './send-problem.ts'
import { createHttpServer, FASTIFY_LIMITS } from './server-limits.ts'
import { webhookRoute } from './webhook-route.ts'

export interface ServerOptions {
  readonly config: Pick<
    Config,
    | 'bodyLimitBytes'
    | 'waitingBytesMax'
    | 'trustProxy'
    | 'badSignaturesPerMinute'
    | 'signatureToleranceSeconds'
  >
  readonly keys: SigningKeys
  /** None: a role that serves no webhook. */
  readonly outbox: Outbox | undefined
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  readonly log: Log
  readonly metrics: Metrics
  /** Milliseconds; `Date.now` unless a test moves the clock. */
  readonly now?: () => number
}

/**
 * The HTTP server with all its routes, not listening yet. `close` takes no new webhook and waits for the
 * answers under way; the outbox must be open until it is done.
 *
 * Routes of others are registered as plugins before it listens. There are no body parsers: a plugin that reads
 * bodies adds its own, so that nothing is read that no route asked for.
 */
export function buildServer(options: ServerOptions): FastifyInstance {
  const { config, log, metrics, checks } = options
  const server = Fastify({
    ...FASTIFY_LIMITS,
    serverFactory: (handle) => createHttpServer(limitPipelining(handle, log)),
    trustProxy: trusted(config.trustProxy),
    bodyLimit: config.bodyLimitBytes,
    // Fastify's lines of its own would cost a quarter of the throughput and show headers; the webhook route
    // writes one line. `request.log` is the process's own log: a child per request costs too.
    logger: false,
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: () => log,
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, _request, reply) => {
      sendProblem(reply, toProblem(error))
    },
  })
  const isClosing = closeWithoutDelay(server)

  server.removeAllContentTypeParsers()
  const explainNotFound = watchRoutes(server)
  server.setErrorHandler(createErrorHandler(log, explainNotFound))
  server.setNotFoundHandler((request, reply) => sendProblem(reply, explainNotFound(request)))
  serveDocs(server)
  server.register(healthRoutes, { checks, metrics, isClosing })
  server.register(problemRoutes)
  if (options.outbox !== undefined) {
    server.register(webhookRoute, {
      ...config,
      // As much again as may wait for its commit.
      receivingBytesMax: config.waitingBytesMax,
      keys: options.keys,
      outbox: options.outbox,
      log,
      metrics,
      now: options.now ?? Date.now,
      isClosing,
    })
  }
  return server
}

/**
 * Fastify takes a number as "trust nobody", without a word, because a client that reaches the process directly
 * could then choose its address. `true` lets it do the same; here the address only counts bad signatures.
 */
function trusted(proxies: Config['trustProxy']) {
  if (typeof proxies !== 'number') return proxies
  return (_address: string, hop: number): boolean => hop < proxies
}
