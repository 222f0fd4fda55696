import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import type { FastifyHttpOptions } from 'fastify'

/** Connections at a time; one more is closed at once. Each may hold a body, so they must have an end. */
export const CONNECTIONS_MAX = 4_096

/** A connection on which nothing moves either way, such as that of a client that does not read its answer. */
const CONNECTION_TIMEOUT_MS = 60_000

/** Timeouts and sizes of Node's server, in milliseconds and bytes. Each says why it is what it is. */
const HTTP_LIMITS = {
  // The provider gives a delivery up after 10 s: a request that is not whole by then has nobody waiting.
  requestTimeout: 15_000,
  // Longer than the 60 s after which common load balancers drop an idle connection: whoever keeps it must be
  // the one to close it, or a request sent at that moment is lost.
  keepAliveTimeout: 72_000,
  // Headers are small and come at once; what dribbles them is holding a connection.
  headersTimeout: 10_000,
  // How often Node looks for what is overdue: its default of 30 s would double the two limits above.
  connectionsCheckingInterval: 2_000,
  // Node's own default, stated because the answer 431 names it.
  maxHeaderSize: 16_384,
} as const satisfies ServerOptions

/** What Fastify adds to it. */
export const FASTIFY_LIMITS = {
  // On close: idle connections end at once, busy ones after their answer.
  forceCloseConnections: 'idle',
  // Fastify's own 503 is no problem document and has no Retry-After; the webhook route answers for itself.
  return503OnClosing: false,
  routerOptions: {
    // The longest parameter of any route is an id.
    maxParamLength: 100,
  },
} as const satisfies FastifyHttpOptions<Server>

/** A server within the limits, not listening yet. */
export function createHttpServer(handle: RequestListener): Server {
  const server = createServer(HTTP_LIMITS, handle)
  server.setTimeout(CONNECTION_TIMEOUT_MS)
  server.maxConnections = CONNECTIONS_MAX
  return server
}
