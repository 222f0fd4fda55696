import { isUtf8 } from 'node:buffer'
import { RefusalError } from '../errors.ts'
import { readInstant } from './instant.ts'
import { isDeeperThan } from './nesting.ts'
import { isStorable, maxTextLength } from './text.ts'

/** What every generation's envelope tells about its event. */
export interface Envelope {
  readonly type: string
  /** `2026-03-30`, `v1` to `v4`; null where it names none. */
  readonly apiVersion: string | null
  /** The envelope's `id`, of the event, not of the delivery; null where it has no usable one. */
  readonly providerEventId: string | null
  /** When the thing happened: `createdAt`, else the top-level `timestamp`; null where neither is a time. */
  readonly occurredAt: Date | null
  /** The top-level `timestamp` as parsed: what `checkBodyTimestamp` looks at. */
  readonly timestamp: unknown
}

/** A body that is no webhook event. The message can be shown to the caller: it holds nothing of the body. */
export class EnvelopeError extends RefusalError {
  override name = 'EnvelopeError'
}

const maxLevels = 64

/**
 * Reads the envelope of a verified body. Unknown types and unknown fields are fine. What the columns beside
 * the payload cannot hold never comes out of here; the payload itself is stored as it came.
 * @throws EnvelopeError when the body is not UTF-8, not JSON, nested deeper than 64 levels, or not an object
 *   with a text `type` and an object `data`.
 */
export function parseEnvelope(body: Buffer): Envelope {
  const envelope = parseJson(body)
  if (!isObject(envelope)) throw new EnvelopeError('The body must be a JSON object.')
  const { type, data, id, apiVersion, createdAt, timestamp } = envelope
  if (typeof type !== 'string' || type === '') {
    throw new EnvelopeError('The body must have a "type" that is a non-empty string.')
  }
  if (!isStorable(type)) {
    throw new EnvelopeError(
      `The "type" must be at most ${maxTextLength} characters, with no NUL and no lone surrogates.`,
    )
  }
  if (!isObject(data)) throw new EnvelopeError('The body must have a "data" that is an object.')
  return {
    type,
    apiVersion: readName(apiVersion),
    providerEventId: readName(id),
    occurredAt: readInstant(createdAt) ?? readInstant(timestamp),
    timestamp,
  }
}

function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new EnvelopeError('The body is not UTF-8.')
  if (isDeeperThan(maxLevels, body)) {
    throw new EnvelopeError(`The body is nested deeper than ${maxLevels} levels.`)
  }
  try {
    // A byte order mark stays in the text, and JSON.parse refuses it, as Postgres would.
    return JSON.parse(body.toString('utf8'))
  } catch {
    // The parser's own message quotes the body: not even as a cause may it go on from here.
    throw new EnvelopeError('The body is not JSON.')
  }
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * An id or version as text; null when it is unusable. Of numbers only the exact ones count: two ids that
 * differ beyond 2^53 parse to one number, and the second event would pass for a repeat of the first.
 */
function readName(value: unknown): string | null {
  if (Number.isSafeInteger(value)) return String(value)
  return typeof value === 'string' && value !== '' && isStorable(value) ? value : null
}
