import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Log } from '../log.ts'
import { safeError } from '../safe-error.ts'
import type { ExplainNotFound } from './not-found.ts'
import { HttpProblem, PROBLEM_MEDIA_TYPE, toProblem } from './problem.ts'

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, problem: HttpProblem): FastifyReply {
  // As bytes: to a text Fastify would add a charset, which this media type does not have.
  return reply.code(problem.statusCode).headers(headersOf(problem)).send(bytesOf(problem))
}

/** Answers a request that Fastify does not get to see. */
export function answerWithProblem(response: ServerResponse, problem: HttpProblem): void {
  const body = bytesOf(problem)
  response.writeHead(problem.statusCode, { ...headersOf(problem), 'content-length': body.length }).end(body)
}

function headersOf({ headers }: HttpProblem): Record<string, string> {
  return { ...headers, 'content-type': PROBLEM_MEDIA_TYPE, 'cache-control': 'no-store' }
}

function bytesOf({ body }: HttpProblem): Buffer {
  return Buffer.from(JSON.stringify(body))
}

/** The error handler of every route that has none of its own. Only errors on our side are logged. */
export function createErrorHandler(log: Log, explainNotFound: ExplainNotFound) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    // Fastify looks at the media type before it tells that there is no route.
    const problem = request.is404 ? explainNotFound(request) : toProblem(error)
    if (problem.statusCode === 500) {
      const { method, routeOptions, id } = request
      const facts = { method, route: routeOptions.url, status: problem.statusCode, reqId: id }
      log.error({ event: 'http_error', ...facts, error: safeError(error) })
    }
    return sendProblem(reply, problem)
  }
}

/**
 * Answers what never became a request: bytes that are not HTTP, headers too large, a request that took too
 * long. The connection is of no further use and is closed.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const pending = pendingResponse(socket)
  if (pending?.req.complete === true) {
    // What is wrong came after a whole request: that one still gets its own answer, and not this one.
    pending.once('finish', () => socket.destroySoon())
    return
  }
  if (pending?.headersSent !== true) socket.write(rawAnswer(clientProblem(error.code)))
  socket.destroySoon()
}

/** The response Node is at work on for this connection, by the property its own handler of such errors reads. */
function pendingResponse(socket: Socket): ServerResponse | undefined {
  const response: unknown = Reflect.get(socket, '_httpMessage')
  // Node sets the property to a ServerResponse or null; it has no type of its own because it is not documented.
  return (response ?? undefined) as ServerResponse | undefined
}

function clientProblem(code: string | undefined): HttpProblem {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return new HttpProblem('timeout', 'The request did not arrive whole in time.')
  }
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new HttpProblem('headers-too-large', 'The request line and headers together are over the limit.')
  }
  return new HttpProblem('bad-request', 'What was sent is not a valid HTTP request.')
}

function rawAnswer(problem: HttpProblem): string {
  const body = JSON.stringify(problem.body)
  return [
    `HTTP/1.1 ${problem.statusCode} ${problem.body.title}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
    '',
    body,
  ].join('\r\n')
}
