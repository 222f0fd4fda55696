import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { signatureHeaders, WEBHOOK_PATH } from '../../helper/send.ts'
import { type Kind, kindOf, newParcel, type Parcel } from './parcels.ts'

/** The first pause before a parcel is sent again, doubled each time. The provider's own are longer. */
const FIRST_PAUSE_MS = 50
const LAST_PAUSE_MS = 500
const ANSWER_LIMIT_MS = 10_000

/** What is known of a parcel's way. */
export interface Receipt {
  readonly parcel: Parcel
  /** The `x-event-id` of every 200. */
  readonly eventIds: string[]
  attempts: number
}

export interface ProviderOptions {
  readonly url: string
  readonly perSecond: number
  /** Most parcels on their way at a time. */
  readonly lanes: number
  /** Whether some are of kinds that the database is to refuse; see `refuse`. */
  readonly withRefusals?: boolean
  /** Answers other than 200, 5xx and a broken connection after which a parcel is sent again. */
  readonly alsoAgainAfter?: readonly number[]
}

/** Sends parcels all the time and keeps a receipt of each; sends again what was not accepted. */
export class Provider {
  readonly receipts: Receipt[] = []
  /** How often each answer came; 0 is a connection that broke or an answer that did not come. */
  readonly answers = new Map<number, number>()
  /** Answers that nobody should get. */
  readonly unexpected: string[] = []
  /** Parcels begun a second. */
  perSecond: number
  /** `performance.now()` of the last 200. */
  lastAcceptedAt = 0
  readonly #options: ProviderOptions
  readonly #agent: Agent
  #lanes: Promise<void>[] = []
  #isStopped = false
  #nextAt = 0

  constructor(options: ProviderOptions) {
    this.#options = options
    this.perSecond = options.perSecond
    this.#agent = new Agent({ keepAlive: true, maxSockets: 2 * options.lanes })
  }

  get accepted(): number {
    return this.receipts.filter(({ eventIds }) => eventIds.length > 0).length
  }

  start(): void {
    this.#nextAt = performance.now()
    this.#lanes = Array.from({ length: this.#options.lanes }, () => this.#lane())
  }

  /** Begins no new parcel, and waits until every one has been accepted. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(this.#lanes)
    this.#agent.destroy()
  }

  async #lane(): Promise<void> {
    while (!this.#isStopped) {
      const now = performance.now()
      // What could not be sent in time is not made up for in one burst.
      this.#nextAt = Math.max(this.#nextAt, now - 1000) + 1000 / this.perSecond
      if (this.#nextAt > now) await sleep(this.#nextAt - now)
      if (this.#isStopped) return
      const index = this.receipts.length
      const kind = kindOf(index, this.#options.withRefusals ?? false)
      // Now and then the provider does not learn of its success, or has two subscriptions with one id.
      await this.send(kind, index % 11 === 3 ? 2 : 1)
    }
  }

  /** Sends a new parcel, in so many copies, until each was accepted. */
  async send(kind: Kind, copies = 1): Promise<Receipt> {
    const receipt: Receipt = { parcel: newParcel(kind), eventIds: [], attempts: 0 }
    this.receipts.push(receipt)
    await Promise.all(Array.from({ length: copies }, () => this.#deliver(receipt)))
    return receipt
  }

  async #deliver(receipt: Receipt): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LAST_PAUSE_MS)) {
      receipt.attempts += 1
      const { status, eventId } = await this.post(receipt.parcel)
      if (status === 200) {
        receipt.eventIds.push(eventId)
        return
      }
      const isTransient = status === 0 || status >= 500 || this.#options.alsoAgainAfter?.includes(status)
      if (!isTransient) {
        this.unexpected.push(`${receipt.parcel.webhookId} was answered ${status}`)
        return
      }
      await sleep(pauseMs)
    }
  }

  /** Signs and sends once. */
  async post({ webhookId, body }: Parcel): Promise<{ status: number; eventId: string }> {
    const answer = await this.#exchange(webhookId, body)
    if (answer.status === 200) this.lastAcceptedAt = performance.now()
    this.answers.set(answer.status, (this.answers.get(answer.status) ?? 0) + 1)
    return answer
  }

  #exchange(webhookId: string, body: Buffer): Promise<{ status: number; eventId: string }> {
    return new Promise((resolve) => {
      const headers = {
        'content-type': 'application/json',
        'content-length': body.length,
        ...signatureHeaders(body, { webhookId }),
      }
      const outgoing = request(
        this.#options.url + WEBHOOK_PATH,
        { method: 'POST', agent: this.#agent, headers, timeout: ANSWER_LIMIT_MS },
        (answer) => {
          answer.resume()
          answer.once('end', () => {
            const eventId = answer.headers['x-event-id']
            resolve({
              status: answer.statusCode ?? 0,
              eventId: typeof eventId === 'string' ? eventId : '',
            })
          })
          answer.once('error', () => resolve({ status: 0, eventId: '' }))
        },
      )
      outgoing.once('timeout', () => outgoing.destroy())
      outgoing.on('error', () => resolve({ status: 0, eventId: '' }))
      outgoing.end(body)
    })
  }
}
