import { randomUUID } from 'node:crypto'
import * as hex from '../../src/webhook/hex.ts'
import * as legacy from '../../src/webhook/legacy.ts'
import { parseSigningSecret, type Scheme } from '../../src/webhook/secrets.ts'
import * as standard from '../../src/webhook/standard.ts'
import { secrets } from './secrets.ts'

export const WEBHOOK_PATH = '/api/v1/webhooks/openphone'

export interface SendOptions {
  readonly scheme?: Scheme
  /** As in `OPENPHONE_SIGNING_SECRETS`; the test's own secret of the scheme when absent. */
  readonly secret?: string
  /** The `webhook-id` of scheme standard; a new one each time when absent. */
  readonly webhookId?: string
  /** When it was signed; now when absent. */
  readonly timestamp?: Date
  /** Added to, or put in place of, the headers that the scheme makes; undefined takes one away. */
  readonly headers?: Record<string, string | undefined>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The parsed body. */
  readonly body: { status?: string; detail?: string; title?: string; type?: string }
  /** `x-event-id`, or an empty text. */
  readonly eventId: string
}

/** Signs a body as the provider does, and posts it. An object is sent as JSON; a text or bytes as they are. */
export async function send(
  url: string,
  envelope: object | string | Buffer,
  options: SendOptions = {},
): Promise<Answer> {
  const body = toBody(envelope)
  const headers = new Headers()
  const all = { 'content-type': 'application/json', ...signatureHeaders(body, options), ...options.headers }
  for (const [name, value] of Object.entries(all)) if (value !== undefined) headers.set(name, value)
  const response = await fetch(url + WEBHOOK_PATH, { method: 'POST', headers, body: new Uint8Array(body) })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: text.startsWith('{') ? JSON.parse(text) : {},
    eventId: response.headers.get('x-event-id') ?? '',
  }
}

/** The headers a delivery of the scheme carries, made with the given secret. */
export function signatureHeaders(body: Buffer, options: SendOptions = {}): Record<string, string> {
  const { scheme = 'standard', timestamp = new Date() } = options
  const { key } = parseSigningSecret(options.secret ?? secrets[scheme])
  if (scheme === 'standard') {
    return standard.sign({ key, id: options.webhookId ?? `msg_${randomUUID()}`, timestamp, body })
  }
  return scheme === 'legacy' ? legacy.sign({ key, timestamp, body }) : hex.sign({ key, body })
}

function toBody(envelope: object | string | Buffer): Buffer {
  if (Buffer.isBuffer(envelope)) return envelope
  return Buffer.from(typeof envelope === 'string' ? envelope : JSON.stringify(envelope))
}
