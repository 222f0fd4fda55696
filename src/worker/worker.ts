import type { Config } from '../config.ts'
import { DEAD_QUEUE, EVENTS_QUEUE, type EventJob } from '../queue/names.ts'
import { listenForJobs, usesNotifications } from '../queue/notifications.ts'
import { safeError } from '../safe-error.ts'
import { type AttemptOptions, attemptBatch } from './attempt.ts'
import { failDeadLettered, removeNeedlessDeadLetters } from './dead-letters.ts'
import { publishThrough } from './publish.ts'
import { QueueStatistics } from './statistics.ts'

/** How long an idle loop waits before it looks for jobs that nobody announced: retried and delayed ones. */
const POLLING_INTERVAL_SECONDS = 1

/** How often dead letters are looked through for those that their events do not know of. */
const DEAD_LETTER_INTERVAL_MS = 5_000

/** From then on events need not wait for a batch under way. */
const LONG_BATCH_MS = 50

interface Loop {
  /** Of pg-boss, known once it runs. */
  id: string
  /** When it began on the batch in hand; `performance.now()`. */
  busySince: number | undefined
}

export interface WorkerOptions extends Omit<AttemptOptions, 'publish'> {
  readonly config: Pick<Config, 'workerBatchSize' | 'workerConcurrency' | 'listenNotify' | 'databaseBackend'>
}

/** Takes jobs from the queue in batches and runs them. */
export class Worker {
  readonly #options: WorkerOptions
  readonly #loops: Loop[] = []
  #stopListening: (() => Promise<void>) | undefined
  #deadLetterTimer: NodeJS.Timeout | undefined
  #sawAllDeadLetters = false

  constructor(options: WorkerOptions) {
    this.#options = options
  }

  get running(): boolean {
    return this.#loops.length > 0
  }

  async start(): Promise<void> {
    const { boss, config, db, log } = this.#options
    const statistics = new QueueStatistics(db)
    const attemptOptions = { ...this.#options, publish: publishThrough(boss, log) }
    const workOptions = {
      batchSize: config.workerBatchSize,
      perJobResults: true,
      // To be woken is to fetch one batch; a backlog is drained by going on while batches are full.
      burstWhenBatchFull: true,
      pollingIntervalSeconds: POLLING_INTERVAL_SECONDS,
    } as const
    for (let index = 0; index < config.workerConcurrency; index += 1) {
      const loop: Loop = { id: '', busySince: undefined }
      loop.id = await boss.work<EventJob, unknown, typeof workOptions>(
        EVENTS_QUEUE,
        workOptions,
        async (jobs) => {
          loop.busySince = performance.now()
          // Beside the batch: it reads the whole job table, and nothing waits for it.
          statistics.count(jobs.length).catch((error) => {
            log.warn({ event: 'queue_statistics_failed', error: safeError(error) })
          })
          try {
            return await attemptBatch(jobs, attemptOptions)
          } finally {
            loop.busySince = undefined
          }
        },
      )
      this.#loops.push(loop)
    }
    if (usesNotifications(config)) this.#stopListening = await listenForJobs(boss, () => this.wake())
    this.#deadLetterTimer = setInterval(() => void this.#seeToDeadLetters(), DEAD_LETTER_INTERVAL_MS)
    await this.#seeToDeadLetters()
  }

  /**
   * Makes a loop look for jobs now, the first one if it can: what comes while it processes a batch shares the next
   * one, which costs much less than a batch each in other loops. One that is busy for long is passed over; when all
   * are, the first looks again as soon as it is done.
   */
  wake(): void {
    const longSince = performance.now() - LONG_BATCH_MS
    const loop = this.#loops.find(({ busySince = Number.POSITIVE_INFINITY }) => busySince > longSince)
    const woken = loop ?? this.#loops[0]
    if (woken !== undefined) this.#options.boss.notifyWorker(woken.id)
  }

  /** Takes no more jobs, and resolves when those in hand are settled. */
  async stop(): Promise<void> {
    clearInterval(this.#deadLetterTimer)
    const loops = this.#loops.splice(0)
    await this.#stopListening?.()
    if (loops.length > 0) await this.#options.boss.offWork(EVENTS_QUEUE, { wait: true })
  }

  async #seeToDeadLetters(): Promise<void> {
    const { db, log } = this.#options
    try {
      const look = { everything: !this.#sawAllDeadLetters }
      for (const { id, type } of await failDeadLettered(db, look)) {
        log.warn({ event: 'dead_lettered', eventId: id, type, queue: DEAD_QUEUE })
      }
      const needless = await removeNeedlessDeadLetters(db, look)
      if (needless > 0)
        log.info({ event: 'needless_dead_letters_removed', count: needless, queue: DEAD_QUEUE })
      this.#sawAllDeadLetters = true
    } catch (error) {
      log.warn({ event: 'dead_letter_check_failed', error: safeError(error) })
    }
  }
}
