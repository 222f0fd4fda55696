import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import { StartupError } from '../../errors.ts'
import type { Shape } from '../../samples/sample.ts'
import type { Database } from '../../tables/database.ts'
import type { Delivery } from '../../trigger/deliveries.ts'
import { hintFor } from '../../trigger/hint.ts'
import { signedRequest } from '../../trigger/request.ts'
import { type ChosenSecret, chooseSecret } from '../../trigger/secret.ts'
import { isAccepted, send } from '../../trigger/send.ts'
import { targetUrl } from '../../trigger/target.ts'
import { UsageError } from '../../trigger/usage-error.ts'
import type { Scheme } from '../../webhook/secrets.ts'
import { durationText } from '../words.ts'
import { type Finding, notice, ok, wrong } from './finding.ts'

/** Nobody's type: stored, seen by a worker, and ignored. */
export const DOCTOR_TYPE = 'openphone-pipeline.doctor'

const WAIT_FOR_WORKER_MS = 15_000
const LOOK_EVERY_MS = 50

const shapes: readonly (readonly [Scheme, Shape])[] = [
  ['standard', 'current'],
  ['legacy', 'legacy'],
  ['hex', 'flat'],
]

export interface SelfDelivery {
  /** The webhook's address; that of a server on this machine when absent. */
  readonly url: string | undefined
  readonly env: NodeJS.ProcessEnv
  readonly db: Kysely<Database>
  /** Where the workers should see to it: they are waited for. */
  readonly hasWorkers: boolean
}

/** Sends a signed webhook of a type of its own to the real endpoint, and follows it through the database. */
export async function checkDelivery({ url: given, env, db, hasWorkers }: SelfDelivery): Promise<Finding> {
  const url = targetUrl(given, env)
  const secret = anySecret(env)
  if (secret === undefined) {
    return notice(
      'delivery',
      'not tried: there is no signing secret here',
      'Set OPENPHONE_SIGNING_SECRETS as the server has it.',
    )
  }
  const delivery = makeDelivery(secret.scheme)
  const outcome = await send(signedRequest(delivery, url, secret), delivery)
  if (outcome.httpStatus === null && given === undefined) {
    return notice(
      'delivery',
      `not tried: no server answers at ${url}`,
      'Give the address of the webhook with --url.',
    )
  }
  if (!isAccepted(outcome) || outcome.eventId === null) {
    const answer = [outcome.httpStatus, outcome.answer, outcome.detail].filter(Boolean).join(' ')
    return wrong(
      'delivery',
      `${url} did not accept a signed delivery: ${answer}`,
      hintFor(outcome, url, secret) ?? 'Is that the webhook of this project?',
    )
  }
  return follow(db, outcome.eventId, url, hasWorkers)
}

async function follow(
  db: Kysely<Database>,
  eventId: string,
  url: string,
  hasWorkers: boolean,
): Promise<Finding> {
  const started = performance.now()
  for (;;) {
    const event = await db
      .selectFrom('webhook_event')
      .select(['status', 'received_at', 'processed_at'])
      .where('id', '=', eventId)
      .executeTakeFirst()
    if (event === undefined) {
      return wrong(
        'delivery',
        `${url} accepted a signed delivery, but its event is not in this database`,
        'The server has another database: compare its DATABASE_URL.',
      )
    }
    if (event.status === 'ignored') {
      const seconds = ((event.processed_at?.getTime() ?? 0) - event.received_at.getTime()) / 1000
      return ok('delivery', `a signed delivery was accepted and seen to ${durationText(seconds)} later`)
    }
    if (!hasWorkers) return notice('delivery', 'a signed delivery was accepted, and waits for a worker')
    if (performance.now() - started > WAIT_FOR_WORKER_MS) {
      return wrong(
        'delivery',
        `a signed delivery was accepted, but after ${WAIT_FOR_WORKER_MS / 1000} s no worker has seen to it (${event.status})`,
        'See what the workers are at: `npm run ops -- status`, and their logs.',
      )
    }
    await delay(LOOK_EVERY_MS)
  }
}

function anySecret(env: NodeJS.ProcessEnv): ChosenSecret | undefined {
  // The development secrets are those of a server with an embedded database only.
  if (env.DATABASE_URL?.trim() && !env.OPENPHONE_SIGNING_SECRETS?.trim()) return undefined
  for (const [scheme] of shapes) {
    try {
      return chooseSecret(scheme, undefined, env)
    } catch (error) {
      if (!(error instanceof UsageError || error instanceof StartupError)) throw error
    }
  }
  return undefined
}

function makeDelivery(scheme: Scheme): Delivery {
  const id = randomUUID()
  const envelope = {
    id: `EVdoctor${id}`,
    type: DOCTOR_TYPE,
    createdAt: new Date().toISOString(),
    data: {},
  }
  const [, shape = 'current'] = shapes.find(([name]) => name === scheme) ?? []
  return { id: `msg_${id}`, type: DOCTOR_TYPE, shape, body: Buffer.from(JSON.stringify(envelope)) }
}
