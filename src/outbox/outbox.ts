import { setTimeout as delay } from 'node:timers/promises'
import { within } from '../bounded-call.ts'
import type { Delivery } from '../webhook/delivery.ts'
import { OverloadedError } from './errors.ts'
import type { StoreDeliveries, Stored } from './store-deliveries.ts'

/** Takes deliveries and answers once each is committed together with its job. */
export interface Outbox {
  /** What `submit` would throw now, to be asked before anything is spent on a delivery. */
  refusal(): OverloadedError | undefined
  /**
   * Resolves after the commit.
   * @throws OverloadedError when too much is waiting, the database is away for long, or the outbox is closing.
   * @throws TimedOutError when the database does not answer in time; whether it stored the delivery is not known.
   * @throws whatever the database threw; nothing of this delivery was stored then, as far as is known.
   */
  submit(delivery: Delivery): Promise<Stored>
}

export interface OutboxOptions {
  readonly store: StoreDeliveries
  /** Most deliveries that wait for a commit; the next one is refused. */
  readonly waitingMax: number
  /** Bytes of waiting payload from which on the next delivery is refused. */
  readonly waitingBytesMax: number
  /** How long a delivery may go without an answer; 2.5 s when absent. */
  readonly answerLimitMs?: number
  /** Called after each commit with the group's size and what it took. */
  readonly onCommit?: (groupSize: number, seconds: number) => void
}

/**
 * Most deliveries of one commit. A larger group hardly saves more, and while Postgres and this process are each busy
 * with all of it in turn, the other waits: at 256 connections, up to 256 a commit was 3 to 8 % slower.
 */
const GROUP_MAX = 128
/** Most bytes of one commit, so that many large bodies do not become one very large statement. */
const GROUP_BYTES_MAX = 4 * 1024 * 1024
/** Commits in flight. While one waits for the disk the next is prepared. */
const COMMITS_IN_FLIGHT = 2
const RETRY_AFTER_SECONDS = 5
/** A database that needs longer is as good as away: to be told so, the provider need not wait for its 10 s. */
const ANSWER_LIMIT_MS = 2_500
/**
 * Nobody joins a line whose first has waited for so much of its time: more comes than commits take away, and a
 * longer line would only make every answer late, until none is in time.
 */
const JOINING_SHARE = 0.4
/** What has waited for so much of its time is refused: too little is left for a commit. */
const WAITING_SHARE = 0.8

/**
 * Before the next try when the database is in trouble. One try a request, each with a connection to open, would
 * cost more than storing them does.
 */
const TROUBLE_PAUSE_MS = 100
/** From then on nobody waits for the next try: it would fail as those before, and waiting takes memory. */
const LONG_TROUBLE_MS = 1_000

interface Waiting {
  readonly delivery: Delivery
  /** `performance.now()` */
  readonly since: number
  readonly resolve: (stored: Stored) => void
  readonly reject: (error: unknown) => void
}

/**
 * Group commit: what arrives while commits are in flight shares the next one. A lone delivery is
 * committed at once; under load the group grows by itself and the cost of a commit is shared.
 */
export class GroupCommit implements Outbox {
  readonly #options: OutboxOptions
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #inFlight = 0
  /** Of those in flight: which wait before the next try. */
  #pausing = 0
  /** When commits began to fail over the database, and none has succeeded since; `performance.now()`. */
  #troubleSince = Number.POSITIVE_INFINITY
  #isCommitDue = false
  #closing = false
  /** Of those who wait for the close. */
  #idle: PromiseWithResolvers<void> | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** Deliveries that wait for a commit to begin. */
  get waitingCount(): number {
    return this.#waiting.length
  }

  refusal(): OverloadedError | undefined {
    const { waitingMax, waitingBytesMax } = this.#options
    if (this.#closing) return new OverloadedError('shutting down', RETRY_AFTER_SECONDS)
    if (this.#waiting.length >= waitingMax || this.#waitingBytes >= waitingBytesMax) {
      return new OverloadedError('too many deliveries are waiting', RETRY_AFTER_SECONDS)
    }
    const isLongInTrouble = performance.now() - this.#troubleSince > LONG_TROUBLE_MS
    if (isLongInTrouble && this.#pausing === COMMITS_IN_FLIGHT) {
      return new OverloadedError('the database is in trouble', RETRY_AFTER_SECONDS)
    }
    const firstSince = this.#waiting[0]?.since ?? Number.POSITIVE_INFINITY
    return firstSince < this.#waitedFor(JOINING_SHARE) ? notKeepingUp() : undefined
  }

  submit(delivery: Delivery): Promise<Stored> {
    const refusal = this.refusal()
    if (refusal !== undefined) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      this.#waiting.push({ delivery, since: performance.now(), resolve, reject })
      this.#waitingBytes += delivery.payload.length
      this.#commitSoon()
    })
  }

  /** Refuses what comes from now on, and resolves when all that was taken is answered. */
  close(): Promise<void> {
    this.#closing = true
    if (this.#isIdle) return Promise.resolve()
    this.#idle ??= Promise.withResolvers()
    return this.#idle.promise
  }

  get #isIdle(): boolean {
    return this.#inFlight === 0 && this.#waiting.length === 0
  }

  get #answerLimitMs(): number {
    return this.#options.answerLimitMs ?? ANSWER_LIMIT_MS
  }

  /** When what has waited for this share of its time by now had come; `performance.now()`. */
  #waitedFor(share: number): number {
    return performance.now() - this.#answerLimitMs * share
  }

  /**
   * When all that has arrived by now was read: the event loop reads one request after the other, and the first would
   * be committed alone, the others with the next.
   */
  #commitSoon(): void {
    if (this.#isCommitDue) return
    this.#isCommitDue = true
    setImmediate(() => {
      this.#isCommitDue = false
      this.#commitWaiting()
    })
  }

  #commitWaiting(): void {
    this.#refuseStale()
    while (this.#inFlight < COMMITS_IN_FLIGHT && this.#waiting.length > 0) {
      this.#inFlight += 1
      void this.#commit(this.#takeGroup()).finally(() => {
        this.#inFlight -= 1
        this.#commitSoon()
        if (this.#isIdle) this.#idle?.resolve()
      })
    }
  }

  #refuseStale(): void {
    const staleBefore = this.#waitedFor(WAITING_SHARE)
    const kept = this.#waiting.findIndex(({ since }) => since >= staleBefore)
    const stale = this.#waiting.splice(0, kept === -1 ? this.#waiting.length : kept)
    for (const { delivery, reject } of stale) {
      this.#waitingBytes -= delivery.payload.length
      reject(notKeepingUp())
    }
  }

  #takeGroup(): Waiting[] {
    let size = 0
    let bytes = 0
    for (const { delivery } of this.#waiting) {
      if (size === GROUP_MAX || (size > 0 && bytes + delivery.payload.length > GROUP_BYTES_MAX)) break
      size += 1
      bytes += delivery.payload.length
    }
    this.#waitingBytes -= bytes
    return this.#waiting.splice(0, size)
  }

  /** Never rejects: every member of the group is answered. */
  async #commit(group: Waiting[]): Promise<void> {
    const started = performance.now()
    try {
      const stored = await this.#storeInTime(group)
      this.#troubleSince = Number.POSITIVE_INFINITY
      this.#options.onCommit?.(group.length, (performance.now() - started) / 1000)
      group.forEach((waiting, index) => {
        waiting.resolve(stored[index] as Stored)
      })
    } catch (error) {
      const isInTrouble = !isAboutTheRows(error)
      if (group.length > 1 && !isInTrouble) return this.#commitOneByOne(group)
      for (const waiting of group) waiting.reject(error)
      if (isInTrouble) await this.#pause()
    }
  }

  async #pause(): Promise<void> {
    this.#troubleSince = Math.min(this.#troubleSince, performance.now())
    this.#pausing += 1
    await delay(TROUBLE_PAUSE_MS)
    this.#pausing -= 1
  }

  /** The first of a group has waited longest. */
  async #storeInTime(group: readonly Waiting[]): Promise<Stored[]> {
    const leftMs = this.#answerLimitMs - (performance.now() - (group[0]?.since ?? 0))
    if (leftMs <= 0) throw notKeepingUp()
    return within(this.#options.store(group.map(({ delivery }) => delivery)), leftMs)
  }

  /** A delivery that the database refuses must fail alone. */
  async #commitOneByOne(group: Waiting[]): Promise<void> {
    for (const waiting of group) await this.#commit([waiting])
  }
}

function notKeepingUp(): OverloadedError {
  return new OverloadedError('the database does not keep up', RETRY_AFTER_SECONDS)
}

/**
 * Whether the statement failed over what it was given: bad data (SQLSTATE class 22), a constraint (23), a
 * conflict (40), a size (54), or a trigger's own error (P0). Other deliveries of the group may succeed
 * without it. Anything else would fail for each of them again, and asking would only add to the trouble.
 */
function isAboutTheRows(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^(22|23|40|54|P0)...$/.test(code)
}
