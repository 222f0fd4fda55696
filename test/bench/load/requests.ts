import { createHash, createSecretKey, randomBytes } from 'node:crypto'
import { hmacSha256 } from '../../../src/webhook/digest.ts'
import { parseSigningSecret } from '../../../src/webhook/secrets.ts'
import { messageBodies } from '../events/messages.ts'
import { transcriptBodies } from '../events/transcripts.ts'
import type { LoadPlan } from './plan.ts'

/** The bytes of a POST, in two parts: there are fewer bodies than heads. */
export interface SignedRequest {
  readonly head: Buffer
  readonly body: Buffer
}

/** A body for the delivery that has this id, 32 hexadecimal digits. */
type BodyFor = (index: number, id: string) => Buffer

/** Each delivery is about an event of its own. So long a transcript is sent as it is: many would fill the memory. */
function bodiesFor({ kind, bodies: count, firstBody }: LoadPlan): BodyFor {
  if (kind === 'transcript') {
    const bodies = [...transcriptBodies(count)]
    // There is at least one, so what is there is a Buffer.
    return (index) => bodies[index % count] as Buffer
  }
  const parts = Array.from(messageBodies(count, firstBody), (body) => {
    const [before = '', after = ''] = body.toString().split(/(?<=^\{"id":"EV)[0-9a-f]{32}/)
    return { before, after }
  })
  return (index, id) => {
    const { before = '', after = '' } = parts[index % count] ?? {}
    return Buffer.from(`${before}${id}${after}`)
  }
}

/** A repeated delivery comes so many requests after the first. Odd, so that what is repeated is no repetition. */
const REPEATED_AFTER = 1_001

/** The request whose webhook-id and body the request at an index has: itself, or an earlier one. */
function originalOf(index: number, repeats: boolean): number {
  return repeats && index % 2 === 1 && index >= REPEATED_AFTER ? index - REPEATED_AFTER : index
}

/** How many different deliveries there are among the first requests of a plan with repetitions. */
export function differentAmong(requests: number): number {
  const pairs = (count: number) => Math.floor(count / 2)
  return requests - Math.max(0, pairs(requests) - pairs(REPEATED_AFTER))
}

/**
 * Signs all requests of a plan as Standard Webhooks, as of now: done before the load begins, because it would
 * cost as much as sending them. But for repetitions, every request has a webhook-id of its own.
 */
export function signRequests(plan: LoadPlan): SignedRequest[] {
  const { url, secret, requests, repeats = false } = plan
  const { host, pathname } = new URL(url)
  // As a KeyObject: four times as fast as the same key as a Buffer.
  const key = createSecretKey(parseSigningSecret(secret).key)
  const bodyFor = bodiesFor(plan)
  const run = randomBytes(9).toString('hex')
  const timestamp = Math.floor(Date.now() / 1000)
  return Array.from({ length: requests }, (_, index) => {
    const original = originalOf(index, repeats)
    // Not in order, as the provider's are not: each finds a place of its own in an index.
    const unique = createHash('md5').update(`${run}${original}`).digest('hex')
    const body = bodyFor(original, unique)
    const id = `msg_${unique.slice(0, 27)}`
    const signature = hmacSha256(key, `${id}.${timestamp}.`, body).toString('base64')
    const head = [
      `POST ${pathname} HTTP/1.1`,
      `host: ${host}`,
      'user-agent: openphone-bench',
      'content-type: application/json',
      `content-length: ${body.length}`,
      `webhook-id: ${id}`,
      `webhook-timestamp: ${timestamp}`,
      `webhook-signature: v1,${signature}`,
      '',
      '',
    ].join('\r\n')
    return { head: Buffer.from(head, 'latin1'), body }
  })
}
