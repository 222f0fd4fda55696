import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Log } from '../log.ts'
import { HttpProblem, PROBLEM_MEDIA_TYPE } from './problem.ts'

/** Requests that may wait for the answer to one before them on their connection. Senders and proxies send none. */
export const PIPELINED_MAX = 8

const RETRY_AFTER_SECONDS = '1'

/**
 * Ends a connection on which more requests come than answers are waited for. Node hands over all requests of a packet
 * in one turn of its loop: a few hundred connections with a few hundred requests each would hold up everybody else's
 * for seconds, and their answers the memory, for as long as nobody reads them.
 *
 * Stands before Fastify: in a hook of it, each request turned away has cost half of what one taken costs.
 */
export function limitPipelining(http: Server, log: Log): void {
  const handlers = http.listeners('request')
  http.removeAllListeners('request')
  const waiting = new WeakMap<Socket, number>()
  http.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    // A response is given its connection when those before it are written.
    const isPipelined = response.socket === null
    const before = isPipelined ? (waiting.get(socket) ?? 0) : 0
    if (isPipelined) waiting.set(socket, before + 1)
    if (before === PIPELINED_MAX) {
      log.warn({ event: 'pipelining_refused', limit: PIPELINED_MAX })
      refuse(response)
    }
    // Those beyond get no answer: the connection ends with that one.
    if (before >= PIPELINED_MAX) return
    if (isPipelined) response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1))
    for (const handle of handlers) handle.call(http, request, response)
  })
}

function refuse(response: ServerResponse): void {
  const detail = 'Too many requests were sent on one connection without waiting for their answers.'
  const { statusCode, body } = new HttpProblem('overloaded', detail)
  const text = JSON.stringify(body)
  response
    .writeHead(statusCode, {
      'content-type': PROBLEM_MEDIA_TYPE,
      'content-length': Buffer.byteLength(text),
      'cache-control': 'no-store',
      'retry-after': RETRY_AFTER_SECONDS,
      connection: 'close',
    })
    .end(text)
}
