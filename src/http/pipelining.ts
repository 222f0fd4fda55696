import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../log.ts'
import { HttpProblem } from './problem.ts'
import { answerWithProblem } from './send-problem.ts'

/** Requests that may wait for the answer to one before them on their connection. Senders and proxies send none. */
export const PIPELINED_MAX = 8

const RETRY_AFTER_SECONDS = '1'

/**
 * Ends a connection on which more requests come than answers are waited for. Node hands over all requests of a packet
 * in one turn of its loop: a few hundred connections with a few hundred requests each would hold up everybody else's
 * for seconds, and their answers the memory, for as long as nobody reads them.
 *
 * Stands before Fastify: its hooks come when a request has cost half of what an answer costs.
 */
export function limitPipelining(handle: RequestListener, log: Log): RequestListener {
  const waiting = new WeakMap<Socket, number>()
  return (request, response) => {
    // A response is given its connection when those before it are written.
    if (response.socket !== null) return handle(request, response)
    const { socket } = request
    const before = waiting.get(socket) ?? 0
    waiting.set(socket, before + 1)
    if (before < PIPELINED_MAX) {
      response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
      handle(request, response)
    } else if (before === PIPELINED_MAX) {
      log.warn({ event: 'pipelining_refused', limit: PIPELINED_MAX })
      answerWithProblem(response, tooManyWaiting())
    }
    // Those beyond get no answer: the connection ends with the one above.
  }
}

function tooManyWaiting(): HttpProblem {
  const detail = 'Too many requests were sent on one connection without waiting for their answers.'
  return new HttpProblem('overloaded', detail, {
    headers: { 'retry-after': RETRY_AFTER_SECONDS, connection: 'close' },
  })
}
