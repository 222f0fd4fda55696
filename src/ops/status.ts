import type { Kysely } from 'kysely'
import type { Database } from '../tables/database.ts'
import { type BacklogLine, readBacklog } from './backlog.ts'
import { countFailures, type FailureGroup, groupFailures } from './failures.ts'
import { readThroughput, type ThroughputMinute } from './throughput.ts'
import { ageText, countText, shorten } from './words.ts'
import { readLiveWorkers } from './workers.ts'

/** Whether all is well, and the numbers that say so. */
export interface StatusReport {
  readonly ok: boolean
  /** All of it in words: `All is well: …`, or what is wrong. */
  readonly sentence: string
  /** A sentence each; none when all is well. */
  readonly problems: readonly string[]
  readonly workers: number
  readonly backlog: readonly BacklogLine[]
  /** The last five minutes, the newest (not over yet) first. */
  readonly throughput: readonly ThroughputMinute[]
  readonly failed: number
  /** The largest groups of failures by type and error. */
  readonly failures: readonly FailureGroup[]
}

const MINUTES = 5
const GROUPS = 10
/** Of an error, in the sentence. */
const ERROR_CHARACTERS = 120
/** Workers look for jobs every second; one that waits this long is not being looked at. */
const WAITING_TOO_LONG_SECONDS = 60

/** Reads everything at once; a few milliseconds. */
export async function readStatus(db: Kysely<Database>): Promise<StatusReport> {
  const [backlog, throughput, failed, failures, workers] = await Promise.all([
    readBacklog(db),
    readThroughput(db, MINUTES),
    countFailures(db),
    groupFailures(db, {}, GROUPS),
    readLiveWorkers(db),
  ])
  const problems = [
    ...workerProblems(workers.length),
    ...backlogProblems(backlog),
    ...failureProblems(failed, failures),
  ]
  const ok = problems.length === 0
  const sentence = ok ? wellSentence(throughput, workers.length) : problems.join(' ')
  return { ok, sentence, problems, workers: workers.length, backlog, throughput, failed, failures }
}

function workerProblems(workers: number): string[] {
  return workers > 0 ? [] : ['No worker is running: events are received and wait.']
}

function backlogProblems(backlog: readonly BacklogLine[]): string[] {
  // Dead letters wait too, but for an operator: they are told as failures.
  return backlog
    .filter(({ queue, state }) => state === 'created' && queue === 'openphone-events')
    .filter(({ oldestAgeSeconds }) => (oldestAgeSeconds ?? 0) > WAITING_TOO_LONG_SECONDS)
    .map(
      ({ jobs, oldestAgeSeconds }) =>
        `${countText(jobs, 'event')} ${jobs === 1 ? 'waits' : 'wait'} for a worker, the oldest for ${ageText(oldestAgeSeconds ?? 0)}.`,
    )
}

function failureProblems(failed: number, [largest]: readonly FailureGroup[]): string[] {
  if (failed === 0 || largest === undefined) return []
  const most = `${largest.type}: ${shorten(largest.error ?? 'no error told', ERROR_CHARACTERS)}`
  const verb = failed === 1 ? 'has' : 'have'
  return [
    `${countText(failed, 'event')} ${verb} failed${failed === largest.count ? '' : ', most often'}: ${most}`,
  ]
}

function wellSentence(throughput: readonly ThroughputMinute[], workers: number): string {
  const sum = (read: (minute: ThroughputMinute) => number) =>
    throughput.reduce((total, minute) => total + read(minute), 0)
  const received = countText(
    sum((minute) => minute.received),
    'webhook',
  )
  const processed = sum((minute) => minute.processed).toLocaleString('en-US')
  return `All is well: ${countText(workers, 'worker process', 'worker processes')}; ${received} received and ${processed} processed in the last ${MINUTES} minutes; nothing has failed.`
}
