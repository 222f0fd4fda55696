import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import { toDelivery } from '../../src/webhook/delivery.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'
import { headersAsSent } from '../../src/webhook/headers.ts'
import { checkBodyTimestamp } from '../../src/webhook/hex.ts'
import { groupKeys, parseSigningSecret } from '../../src/webhook/secrets.ts'
import { SignatureError, verify } from '../../src/webhook/verify.ts'

export const secrets = {
  standard: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  legacy: 'R2ZLM2o0bFhBNVpyUnU2NG9mYXQ1MHNyR3pvSUhIVVg=',
  hex: 'hex:a relay and its secret',
}
export const allSecrets = Object.values(secrets).join(',')

export interface Received {
  readonly scheme: string
  readonly envelope: Record<string, unknown>
}

export interface ReceiverOptions {
  readonly secrets?: string
  /** Answers every verified webhook with this status instead of taking it. */
  readonly refuseWith?: number
}

export interface Receiver {
  readonly port: number
  readonly url: string
  /** The verified webhooks in the order of their coming, repetitions too. */
  readonly received: Received[]
  /** Resolves when the first webhook is there. */
  readonly first: Promise<void>
}

/** A server that takes webhooks as ours does, without a database: it remembers them. */
export async function startReceiver(t: Test, options: ReceiverOptions = {}): Promise<Receiver> {
  const keys = groupKeys((options.secrets ?? allSecrets).split(',').map(parseSigningSecret))
  const received: Received[] = []
  const eventIds = new Map<string, string>()
  const arrival = Promise.withResolvers<void>()

  const take = (request: IncomingMessage, body: Buffer) => {
    const window = { toleranceSeconds: 300, now: Date.now() }
    const verified = verify({ headers: headersAsSent(request.rawHeaders), body, keys, ...window })
    const envelope = parseEnvelope(body)
    if (verified.scheme === 'hex') checkBodyTimestamp(envelope, window)
    received.push({ scheme: verified.scheme, envelope: JSON.parse(body.toString()) })
    arrival.resolve()
    const { dedupeKey } = toDelivery(verified, envelope, body)
    const known = eventIds.get(dedupeKey)
    const eventId = known ?? randomUUID()
    eventIds.set(dedupeKey, eventId)
    return { eventId, status: known === undefined ? 'queued' : 'duplicate' }
  }

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const body = Buffer.concat(await request.toArray())
    if (request.url !== '/api/v1/webhooks/openphone') return problem(response, 404, 'There is nothing here.')
    if (request.headers['content-type'] !== 'application/json') return problem(response, 415, 'Not JSON.')
    try {
      const { eventId, status } = take(request, body)
      if (options.refuseWith !== undefined) return problem(response, options.refuseWith, 'Not now.')
      response.setHeader('x-event-id', eventId)
      response.end(JSON.stringify({ status }))
    } catch (error) {
      if (!(error instanceof SignatureError)) throw error
      problem(response, 400, error.message)
    }
  }

  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  // A TCP server's address is an AddressInfo; only a pipe has a name instead.
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}/api/v1/webhooks/openphone`,
    received,
    first: arrival.promise,
  }
}

function problem(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' })
  response.end(JSON.stringify({ type: 'about:blank', title: 'Refused', status, detail }))
}
