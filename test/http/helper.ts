import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { FastifyInstance, LightMyRequestResponse } from 'fastify'
import { pino } from 'pino'
import type { Test } from 'tap'
import { v7 as uuid } from 'uuid'
import type { ReadinessCheck } from '../../src/http/health-routes.ts'
import { buildServer, type ServerOptions } from '../../src/http/server.ts'
import { WEBHOOK_PATH } from '../../src/http/webhook-route.ts'
import { createMetrics, type Metrics } from '../../src/metrics.ts'
import type { OverloadedError } from '../../src/outbox/errors.ts'
import type { Outbox } from '../../src/outbox/outbox.ts'
import type { Delivery } from '../../src/webhook/delivery.ts'
import * as hex from '../../src/webhook/hex.ts'
import * as legacy from '../../src/webhook/legacy.ts'
import { groupKeys, parseSigningSecret } from '../../src/webhook/secrets.ts'
import * as standard from '../../src/webhook/standard.ts'

export const SECRETS = {
  standard: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  legacy: 'R2ZLM2o0bFhBNVpyUnU2NG9mYXQ1MHNyR3pvSUhIVVg=',
  hex: 'hex:a-secret-of-a-relay',
}

/** Stores deliveries in memory: for tests of what HTTP does with an outbox's answers. */
export class MemoryOutbox implements Outbox {
  readonly stored = new Map<string, { eventId: string; delivery: Delivery }>()
  /** What the next submissions wait for before they are stored. */
  gate: Promise<void> = Promise.resolve()
  /** Thrown by submissions while set. */
  failure: Error | undefined
  /** What takes nothing more says so while set. */
  overload: OverloadedError | undefined

  refusal(): OverloadedError | undefined {
    return this.overload
  }

  async submit(delivery: Delivery) {
    await this.gate
    if (this.failure !== undefined) throw this.failure
    const earlier = this.stored.get(delivery.dedupeKey)
    if (earlier !== undefined) return { status: 'duplicate' as const, eventId: earlier.eventId }
    const eventId = uuid()
    this.stored.set(delivery.dedupeKey, { eventId, delivery })
    return { status: 'queued' as const, eventId }
  }
}

export interface TestServer {
  readonly server: FastifyInstance
  readonly outbox: MemoryOutbox
  readonly metrics: Metrics
  /** Every line logged so far. */
  readonly lines: readonly Record<string, unknown>[]
  /** Delivers a body by `inject`, signed unless the headers say otherwise. */
  post(body: string | Buffer, headers?: Record<string, string>): Promise<LightMyRequestResponse>
  /** Listens and gives the port. */
  listen(): Promise<number>
}

export interface TestServerOptions {
  readonly config?: Partial<ServerOptions['config']>
  readonly secrets?: readonly string[]
  readonly checks?: Readonly<Record<string, ReadinessCheck>>
  readonly withoutWebhook?: boolean
  readonly now?: () => number
}

/** A server with every part real but the outbox, closed with the test. */
export function createServer(t: Test, options: TestServerOptions = {}): TestServer {
  const outbox = new MemoryOutbox()
  const metrics = createMetrics(['message.received'])
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line)) })
  const server = buildServer({
    config: {
      bodyLimitBytes: 1 << 20,
      waitingBytesMax: 64 << 20,
      trustProxy: false,
      badSignaturesPerMinute: 60,
      signatureToleranceSeconds: 300,
      ...options.config,
    },
    keys: groupKeys((options.secrets ?? Object.values(SECRETS)).map(parseSigningSecret)),
    outbox: options.withoutWebhook === true ? undefined : outbox,
    checks: options.checks ?? {},
    log,
    metrics,
    ...(options.now === undefined ? {} : { now: options.now }),
  })
  t.teardown(() => server.close())
  return {
    server,
    outbox,
    metrics,
    lines,
    post: (body, headers = signed(body)) =>
      server.inject({
        method: 'POST',
        url: WEBHOOK_PATH,
        headers: { 'content-type': 'application/json', ...headers },
        payload: body,
      }),
    async listen() {
      await server.listen({ port: 0, host: '127.0.0.1' })
      // A server that listens on a port has an AddressInfo; the other forms are for pipes.
      return (server.server.address() as AddressInfo).port
    },
  }
}

/** A current-generation event; `id` tells deliveries of several events apart. */
export function eventBody(id = 'EV1'): string {
  return JSON.stringify({
    id,
    apiVersion: '2026-03-30',
    createdAt: '2026-03-30T12:00:00.000Z',
    type: 'message.received',
    data: {
      resource: { id: `AC-${id}`, text: 'A private text' },
      context: { senderIdentifier: '+15550100' },
    },
  })
}

interface SignOptions {
  readonly id?: string
  readonly at?: Date
}

/** Standard headers. */
export function signed(body: string | Buffer, { id = 'msg_1', at = new Date() }: SignOptions = {}) {
  return standard.sign({ key: keyOf(SECRETS.standard), id, timestamp: at, body: Buffer.from(body) })
}

export function signedLegacy(body: string | Buffer, at = new Date()) {
  return legacy.sign({ key: keyOf(SECRETS.legacy), timestamp: at, body: Buffer.from(body) })
}

export function signedHex(body: string | Buffer) {
  return hex.sign({ key: keyOf(SECRETS.hex), body: Buffer.from(body) })
}

function keyOf(secret: string): Buffer {
  return parseSigningSecret(secret).key
}

/** A webhook as the bytes of an HTTP request. Header lines in `extra` come last. */
export function rawRequest(
  body: string,
  headers: Record<string, string>,
  extra: readonly string[] = [],
): string {
  const lines = Object.entries({
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}`)
  return [`POST ${WEBHOOK_PATH} HTTP/1.1`, ...lines, ...extra, '', body].join('\r\n')
}

/** A connection whose received text can be waited for. */
export interface Client {
  readonly socket: Socket
  readonly received: () => string
  /** Resolves once the text received so far matches; rejects if the connection ends before. */
  waitFor(pattern: RegExp): Promise<string>
  /** Resolves with all that was received once the server has closed the connection. */
  readonly closed: Promise<string>
}

/** Opens a connection, ended with the test. */
export async function openClient(t: Test, port: number): Promise<Client> {
  const socket = connect({ port, host: '127.0.0.1' })
  t.teardown(() => socket.destroy())
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
  })
  // A server that refuses while the client still sends may reset the connection; `closed` tells of it.
  socket.on('error', () => {})
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)))
  await once(socket, 'connect')
  return {
    socket,
    received: () => text,
    closed,
    waitFor: (pattern) =>
      new Promise((resolve, reject) => {
        const check = () => {
          if (!pattern.test(text)) return
          socket.off('data', check)
          resolve(text)
        }
        socket.on('data', check)
        socket.once('close', () => reject(new Error(`closed after: ${text}`)))
        check()
      }),
  }
}

/** How often a server answered with this status in what a client received. */
export function countAnswers(received: string, status: number): number {
  return received.split(`HTTP/1.1 ${status} `).length - 1
}
