import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'

export interface BodyLimits {
  /** Most bytes of one body. */
  readonly bodyLimitBytes: number
  /** Most bytes of all bodies that have begun to come and are not whole, or clients could fill the memory. */
  readonly receivingBytesMax: number
}

type Done = (error: Error | null, body?: Buffer) => void

const RETRY_AFTER_SECONDS = 5

/**
 * A content-type parser that hands on a body's bytes as they came: they are what was signed.
 * A body that is refused is read on to its end without being kept. Closing the connection at once would often
 * take the answer away from a client that is still sending; the request timeout bounds how long it may.
 */
export function createBodyReader({ bodyLimitBytes, receivingBytesMax }: BodyLimits) {
  let receivingBytes = 0
  return (request: FastifyRequest, payload: IncomingMessage, done: Done): void => {
    const encoding = request.headers['content-encoding'] ?? 'identity'
    if (encoding.trim().toLowerCase() !== 'identity') {
      done(new HttpProblem('content-type', 'Send the body without Content-Encoding.'))
      return
    }
    if (Number(request.headers['content-length']) > bodyLimitBytes) {
      done(tooLarge(bodyLimitBytes))
      return
    }

    const chunks: Buffer[] = []
    let size = 0
    const settle = (problem: HttpProblem | null, body?: Buffer): void => {
      payload.off('data', onData).off('end', onEnd).off('error', onError)
      receivingBytes -= size
      if (problem !== null) payload.resume()
      done(problem, body)
    }
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      receivingBytes += chunk.length
      if (size > bodyLimitBytes) settle(tooLarge(bodyLimitBytes))
      else if (receivingBytes > receivingBytesMax) settle(tooMuchAtOnce())
      else chunks.push(chunk)
    }
    // Always copied: a lone chunk may be a view of a much larger read buffer, and the body is kept until the commit.
    const onEnd = (): void => settle(null, Buffer.concat(chunks, size))
    const onError = (): void =>
      settle(new HttpProblem('aborted', 'The connection ended before the whole body had come.'))
    payload.on('data', onData).on('end', onEnd).on('error', onError)
  }
}

function tooLarge(bodyLimitBytes: number): HttpProblem {
  return new HttpProblem('body-too-large', `The body is larger than ${bodyLimitBytes} bytes.`)
}

function tooMuchAtOnce(): HttpProblem {
  return new HttpProblem('overloaded', 'Too many bodies are being received at once. Send it again.', {
    headers: { 'retry-after': String(RETRY_AFTER_SECONDS) },
  })
}
