import type { FastifyInstance } from 'fastify'
import { TimedOutError } from '../../bounded-call.ts'
import { databaseTrouble } from '../../ops/database-trouble.ts'
import { safeError } from '../../safe-error.ts'
import { HttpProblem, toProblem } from '../problem.ts'
import { sendProblem } from '../send-problem.ts'
import { type BearerOptions, requireBearer } from './bearer.ts'
import type { OpsContext, SharedContext } from './context.ts'
import { eventRoutes } from './event-routes.ts'
import { replayRoutes } from './replay-routes.ts'
import { ShortMemory } from './short-memory.ts'
import { statusRoutes } from './status-routes.ts'
import { createValidatorCompiler } from './validator.ts'

export type ApiOptions = OpsContext & BearerOptions

/** Ten thousand ids. */
const BODY_LIMIT_BYTES = 512 * 1024
const RETRY_AFTER_SECONDS = '5'

/** The operators' API, to be registered as a plugin: everything in it needs the token. */
export async function opsApi(scope: FastifyInstance, options: ApiOptions): Promise<void> {
  const { db, registry, notify, log } = options
  // Not the options themselves: they have the prefix of this plugin in them.
  const context: SharedContext = { db, registry, notify, log, memory: new ShortMemory() }
  // Before the body is read, and before anything is said about the request.
  scope.addHook('onRequest', await requireBearer(scope, options))
  scope.setValidatorCompiler(createValidatorCompiler())
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES },
    scope.getDefaultJsonParser('error', 'error'),
  )
  scope.setErrorHandler((error, request, reply) => {
    const problem = opsProblem(error)
    if (problem.statusCode >= 500) {
      const { method, routeOptions, id } = request
      const facts = { method, route: routeOptions.url, status: problem.statusCode, reqId: id }
      log.error({ event: 'http_error', ...facts, error: safeError(error) })
    }
    return sendProblem(reply, problem)
  })
  scope.register(statusRoutes, context)
  scope.register(eventRoutes, context)
  scope.register(replayRoutes, context)
}

/** Operators come when something is wrong, and a database that is away should be told as such. */
function opsProblem(error: unknown): HttpProblem {
  const isDatabase = error instanceof TimedOutError || databaseTrouble(error, '') !== undefined
  if (!isDatabase) return toProblem(error)
  return new HttpProblem('database', 'The database does not answer now. The log has its reason.', {
    headers: { 'retry-after': RETRY_AFTER_SECONDS },
    cause: error,
  })
}
