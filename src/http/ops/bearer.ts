import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify'
import type { Log } from '../../log.ts'
import { limitPerAddress } from '../per-address-limit.ts'
import { HttpProblem } from '../problem.ts'

export interface BearerOptions {
  /** The token that opens the door. */
  readonly token: string
  /** Above it, wrong tokens of one address are answered 429. */
  readonly wrongPerMinute: number
  readonly log: Log
}

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i

/**
 * A hook that lets a request pass only with `Authorization: Bearer <token>`. The right token always passes, however
 * many wrong ones came before.
 */
export async function requireBearer(
  scope: FastifyInstance,
  { token, wrongPerMinute, log }: BearerOptions,
): Promise<onRequestAsyncHookHandler> {
  const expected = digest(token)
  const countWrong = await limitPerAddress(scope, {
    perMinute: wrongPerMinute,
    problem: (headers) =>
      new HttpProblem(
        'too-many-bad-tokens',
        `More than ${wrongPerMinute} wrong tokens came from this address within a minute.`,
        { headers },
      ),
  })
  return async (request) => {
    const [, given] = BEARER.exec(request.headers.authorization ?? '') ?? []
    // Digests, because they are of one length and comparing them tells nothing of the token.
    if (given !== undefined && timingSafeEqual(digest(given), expected)) return
    if (given === undefined) throw unauthorized('Send the token of the operators: Authorization: Bearer …')
    await countWrong(request)
    // After the limit, so that a flood does not fill the disk.
    log.warn({ event: 'ops_refused', ip: request.ip, reqId: request.id })
    throw unauthorized('This is not the token of the operators.', ', error="invalid_token"')
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function unauthorized(detail: string, why = ''): HttpProblem {
  return new HttpProblem('unauthorized', detail, {
    headers: { 'www-authenticate': `Bearer realm="operators"${why}` },
  })
}
