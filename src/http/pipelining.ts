import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'
import type { Log } from '../log.ts'
import { HttpProblem } from './problem.ts'
import { sendProblem } from './send-problem.ts'

/** Requests that may wait for the answer to one before them on their connection. Senders and proxies send none. */
export const PIPELINED_MAX = 16

const RETRY_AFTER_SECONDS = '1'

/**
 * Ends a connection on which more requests come than answers are waited for. Node hands over all requests of a packet
 * in one turn of its loop: a few hundred connections with a few hundred requests each would hold up everybody else's
 * for seconds, and their answers the memory, for as long as nobody reads them.
 */
export function limitPipelining(server: FastifyInstance, log: Log): void {
  const waiting = new WeakMap<Socket, number>()
  server.addHook('onRequest', (request, reply, done) => {
    // A response is given its connection when those before it are written. `inject` has none to give.
    if (reply.raw.socket !== null || request.socket === null) return done()
    const { socket } = request
    const before = waiting.get(socket) ?? 0
    waiting.set(socket, before + 1)
    if (before < PIPELINED_MAX) {
      reply.raw.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
      done()
    } else if (before === PIPELINED_MAX) {
      log.warn({ event: 'pipelining_refused', limit: PIPELINED_MAX })
      sendProblem(reply.header('connection', 'close'), tooManyAtOnce())
    } else {
      // The connection ends with the answer above.
      reply.hijack()
    }
  })
}

function tooManyAtOnce(): HttpProblem {
  const detail = 'Too many requests were sent on one connection without waiting for their answers.'
  return new HttpProblem('overloaded', detail, { headers: { 'retry-after': RETRY_AFTER_SECONDS } })
}
