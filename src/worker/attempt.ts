import type { Job, JobResult, PgBoss } from 'pg-boss'
import { errorText } from '../error-text.ts'
import { PermanentError } from '../errors.ts'
import type { Log } from '../log.ts'
import { EVENTS_QUEUE, type EventJob } from '../queue/names.ts'
import { safeError } from '../safe-error.ts'
import { recordFailure } from '../tables/webhook-event.ts'
import { isolate } from './isolate.ts'
import { type Outcome, type ProcessContext, processEvents } from './process-events.ts'

/** What became of one attempt at one event. */
export interface Attempt {
  readonly type: string
  /** `retry`: it failed, and another follows; `failed`: it failed for good. */
  readonly outcome: Exclude<Outcome['status'], 'failed'> | 'retry' | 'failed'
  /** From accepted to processed. Null for what was not processed, and for replays: those were accepted long ago. */
  readonly lagSeconds: number | null
}

export interface AttemptOptions extends ProcessContext {
  /** Started; stays the caller's. */
  readonly boss: PgBoss
  readonly log: Log
  /** Told about every attempt. */
  readonly onAttempt?: (attempt: Attempt) => void
}

/** What is logged of an attempt, whatever came of it. */
export interface AttemptLine {
  readonly event: 'attempt'
  readonly eventId: string
  readonly jobId: string
  readonly type: string
  /** 1 for the first. */
  readonly attempt: number
  /** Of its whole batch. */
  readonly ms: number
}

/** Tells of an attempt after which nothing is left to do. */
export function reportDone(
  line: AttemptLine,
  outcome: Exclude<Outcome, { status: 'failed' }>,
  { log, onAttempt }: Pick<AttemptOptions, 'log' | 'onAttempt'>,
): void {
  // The first job of an event has its id; those of replays have ids of their own.
  const isTimed = outcome.status === 'processed' && line.jobId === line.eventId
  onAttempt?.({
    type: line.type,
    outcome: outcome.status,
    lagSeconds: isTimed ? outcome.lagSeconds : null,
  })
  log.info({ ...line, outcome: outcome.status })
}

/** Milliseconds since `started`, of `performance.now()`, to a tenth. */
export function millisecondsSince(started: number): number {
  return Math.round((performance.now() - started) * 10) / 10
}

/**
 * One attempt of a batch of jobs. Tells pg-boss what becomes of each: completed, failed (it retries with
 * backoff and, after the last attempt, moves it to the dead-letter queue), or dead-lettered at once.
 * @throws Error when nothing is known of the batch, such as when the database is away; pg-boss retries all of it.
 */
export async function attemptBatch(
  jobs: readonly Job<EventJob>[],
  options: AttemptOptions,
): Promise<JobResult[]> {
  try {
    return await attempt(jobs, options)
  } catch (error) {
    options.log.warn({ event: 'batch_failed', jobs: jobs.length, error: safeError(error) })
    // pg-boss keeps all fields of what is thrown with each job: those of a database error quote rows.
    throw new Error(errorText(error))
  }
}

async function attempt(jobs: readonly Job<EventJob>[], options: AttemptOptions): Promise<JobResult[]> {
  const started = performance.now()
  const ids = [...new Set(jobs.map((job) => job.data.eventId))]
  const outcomes = await isolate(ids, (some) => processEvents(options, some))
  const ms = millisecondsSince(started)

  return Promise.all(
    jobs.map(async (job): Promise<JobResult> => {
      const { eventId, type } = job.data
      const outcome = outcomes.get(eventId) ?? { status: 'gone' }
      const line = {
        event: 'attempt',
        eventId,
        jobId: job.id,
        type,
        attempt: job.retryCount + 1,
        ms,
      } as const
      if (outcome.status !== 'failed') {
        reportDone(line, outcome, options)
        return { id: job.id, status: 'completed' }
      }
      const permanent = outcome.error instanceof PermanentError
      const final = permanent || (await isLastAttempt(options.boss, job))
      options.onAttempt?.({ type, outcome: final ? 'failed' : 'retry', lagSeconds: null })
      const message = errorText(outcome.error)
      await recordFailure(options.db, { id: eventId, error: message, final })
      options.log.warn({ ...line, outcome: final ? 'failed' : 'retry', error: safeError(outcome.error) })
      return { id: job.id, status: permanent ? 'deadletter' : 'failed', output: { message } }
    }),
  )
}

/** Asked only of a job that failed: fetching every job with all it holds would cost each a twentieth more. */
async function isLastAttempt(boss: PgBoss, { id, retryCount }: Job<EventJob>): Promise<boolean> {
  const job = await boss.getJobById(EVENTS_QUEUE, id)
  return job === null || retryCount >= job.retryLimit
}
