import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

const SWEEP_MS = 50

/**
 * Sees to it that `close` waits for answers under way and for nothing else; tells whether it has begun.
 *
 * Node ends the connections that are idle at that moment. It counts those that have not sent a byte as busy, and
 * leaves those that become idle later to their keep-alive timeout, so either kind, as any load balancer holds
 * them, would hold up every shutdown for a minute.
 */
export function closeWithoutDelay(server: FastifyInstance): () => boolean {
  const http = server.server
  const sockets = new Set<Socket>()
  http.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })

  let closing = false
  server.addHook('preClose', (done) => {
    closing = true
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    if (http.listening) {
      const sweep = setInterval(() => http.closeIdleConnections(), SWEEP_MS)
      http.once('close', () => clearInterval(sweep))
    }
    done()
  })
  // Fastify says so to requests that come after `close`; those under way would be told to keep the connection.
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close')
    done()
  })
  return () => closing
}
