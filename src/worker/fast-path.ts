import { completeUnfetchedJobs, releaseJobs } from '../queue/event-jobs.ts'
import type { EventJob } from '../queue/names.ts'
import { safeError } from '../safe-error.ts'
import { type AttemptOptions, millisecondsSince, reportDone } from './attempt.ts'
import { processEvents } from './process-events.ts'

/** From then on events need not wait for a batch under way. */
export const LONG_BATCH_MS = 50

export interface FastPathOptions extends Omit<AttemptOptions, 'boss' | 'settleJobs'> {
  /** Most events of one batch; as many may wait for the next. */
  readonly batchSize: number
  /** Told of each batch's size. */
  readonly onBatch: (events: number) => void
  /** Called when jobs were left to those who fetch them. */
  readonly onLeft: () => void
}

/**
 * Processes what the same process has just stored: no job is fetched, and an event's job is completed in the
 * statement of its effects. That spares two of five trips to the database and a version of the job's row. One batch
 * at a time; what comes meanwhile shares the next.
 *
 * Nothing depends on it. The jobs are in the queue, held back for a moment: what fails here, or still waits when the
 * process dies, is fetched like any other job, and counts an attempt only then.
 */
export class FastPath {
  readonly #options: FastPathOptions
  #waiting: EventJob[] = []
  /** When it began on the batch in hand; `performance.now()`. */
  #busySince: number | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(options: FastPathOptions) {
    this.#options = options
  }

  /** Whether it would get at once to what comes now. */
  get hasRoom(): boolean {
    if (this.#stopped || this.#waiting.length >= this.#options.batchSize) return false
    return this.#busySince === undefined || performance.now() - this.#busySince < LONG_BATCH_MS
  }

  process(jobs: readonly EventJob[]): void {
    if (this.#stopped) return
    this.#waiting.push(...jobs)
    this.#running ??= this.#run()
  }

  /** Takes no more, and resolves when what it has is done or left to others. */
  async stop(): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#options.batchSize)
      this.#busySince = performance.now()
      this.#options.onBatch(batch.length)
      await this.#attempt(batch)
      this.#busySince = undefined
    }
    // Here, not when its promise has settled: what comes in between would wait for the next to come.
    this.#running = undefined
  }

  async #attempt(batch: readonly EventJob[]): Promise<void> {
    const started = performance.now()
    const context = { ...this.#options, settleJobs: completeUnfetchedJobs }
    try {
      const outcomes = await processEvents(
        context,
        batch.map(({ eventId }) => eventId),
      )
      const ms = millisecondsSince(started)
      const left: EventJob[] = []
      for (const job of batch) {
        const { eventId, type } = job
        const outcome = outcomes.get(eventId)
        if (outcome?.status !== 'processed' && outcome?.status !== 'ignored') left.push(job)
        else
          reportDone(
            { event: 'attempt', eventId, jobId: eventId, type, attempt: 1, ms },
            outcome,
            this.#options,
          )
      }
      if (left.length > 0) await this.#leave(left)
    } catch (error) {
      await this.#leave(batch, error)
    }
  }

  /** To whoever fetches their jobs: there, an error gets its place with the event, its retry and its line in the log. */
  async #leave(jobs: readonly EventJob[], error?: unknown): Promise<void> {
    const { db, log, onLeft } = this.#options
    log.debug({
      event: 'left_to_queue',
      jobs: jobs.length,
      ...(error !== undefined && { error: safeError(error) }),
    })
    try {
      await releaseJobs(jobs.map(({ eventId }) => eventId)).execute(db)
      onLeft()
    } catch (releaseError) {
      // They are held back for a moment only.
      log.debug({ event: 'not_released', jobs: jobs.length, error: safeError(releaseError) })
    }
  }
}
