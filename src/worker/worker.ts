import type { Config } from '../config.ts'
import { DEAD_QUEUE, EVENTS_QUEUE, type EventJob } from '../queue/names.ts'
import { listenForJobs, usesNotifications } from '../queue/notifications.ts'
import { safeError } from '../safe-error.ts'
import { type AttemptOptions, attemptBatch } from './attempt.ts'
import { failDeadLettered, removeNeedlessDeadLetters } from './dead-letters.ts'
import { FastPath, LONG_BATCH_MS } from './fast-path.ts'
import { publishThrough } from './publish.ts'
import { QueueStatistics } from './statistics.ts'

/** How long an idle loop waits before it looks for jobs that nobody announced: retried and delayed ones. */
const POLLING_INTERVAL_SECONDS = 1

/** How often dead letters are looked through for those that their events do not know of. */
const DEAD_LETTER_INTERVAL_MS = 5_000

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
  #fastPath: FastPath | undefined
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
    // Beside the batch: it reads the whole job table, and nothing waits for it.
    const count = (jobs: number) => {
      statistics.count(jobs).catch((error) => {
        log.warn({ event: 'queue_statistics_failed', error: safeError(error) })
      })
    }
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
          count(jobs.length)
          try {
            return await attemptBatch(jobs, attemptOptions)
          } finally {
            loop.busySince = undefined
          }
        },
      )
      this.#loops.push(loop)
    }
    this.#fastPath = new FastPath({
      ...attemptOptions,
      batchSize: config.workerBatchSize,
      onBatch: count,
      onLeft: () => this.wake(),
    })
    if (usesNotifications(config)) this.#stopListening = await listenForJobs(boss, () => this.wake())
    this.#deadLetterTimer = setInterval(() => void this.#seeToDeadLetters(), DEAD_LETTER_INTERVAL_MS)
    await this.#seeToDeadLetters()
  }

  /** Whether events that this process stores are processed as soon as they are committed, by `process`. */
  get hasRoom(): boolean {
    return this.#fastPath?.hasRoom ?? false
  }

  /** Processes events of this process without fetching their jobs. One it cannot is left to whoever fetches its job. */
  process(jobs: readonly EventJob[]): void {
    this.#fastPath?.process(jobs)
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
    this.#loops.length = 0
    // All at once: a loop that goes on while the listener is closed fetches another batch.
    await Promise.all([
      this.#options.boss.offWork(EVENTS_QUEUE, { wait: true }),
      this.#stopListening?.(),
      this.#fastPath?.stop(),
    ])
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
