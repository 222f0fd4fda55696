import type { DeadLetter, EventJobRecord, EventRecord } from './event-history.ts'

/** What follows what in the same millisecond: a worker is done with an event before it settles the job. */
const order = [
  'occurred',
  'received',
  'replayed',
  'attempt-started',
  'processed',
  'ignored',
  'failed',
  'attempt-failed',
  'job-ended',
  'next-attempt',
  'dead-lettered',
] as const

/** Something that happened to an event, or is going to. */
export interface Moment {
  readonly at: Date
  readonly what: (typeof order)[number]
  /** Null where there is nothing to add. */
  readonly detail: string | null
}

/**
 * What happened to an event, in order. pg-boss keeps a job's last attempt only, and finished jobs for a day;
 * what the event itself tells is always there.
 */
export function timelineOf(
  event: Omit<EventRecord, 'payload'>,
  jobs: readonly EventJobRecord[],
  deadLetter: DeadLetter | null,
): Moment[] {
  const moments: Moment[] = [{ at: event.receivedAt, what: 'received', detail: `signature: ${event.scheme}` }]
  if (event.occurredAt) moments.push({ at: event.occurredAt, what: 'occurred', detail: null })
  for (const job of jobs) moments.push(...momentsOf(job, event.id))
  if (deadLetter) {
    moments.push({ at: deadLetter.createdAt, what: 'dead-lettered', detail: `job ${deadLetter.id}` })
  }
  const { processedAt, failedAt, status, error } = event
  if (processedAt && (status === 'processed' || status === 'ignored')) {
    moments.push({ at: processedAt, what: status, detail: null })
  }
  if (failedAt) moments.push({ at: failedAt, what: 'failed', detail: error })
  return moments.toSorted(
    (a, b) => a.at.getTime() - b.at.getTime() || order.indexOf(a.what) - order.indexOf(b.what),
  )
}

function momentsOf(job: EventJobRecord, eventId: string): Moment[] {
  const moments: Moment[] = []
  // The first job is made with the event, so only the others have a moment of their own.
  if (job.id !== eventId) moments.push({ at: job.createdAt, what: 'replayed', detail: `job ${job.id}` })
  const attempt = `attempt ${job.retryCount + 1} of ${job.retryLimit + 1}`
  if (job.startedAt) moments.push({ at: job.startedAt, what: 'attempt-started', detail: attempt })
  if (job.state === 'retry') {
    moments.push({
      at: job.startAfter,
      what: 'next-attempt',
      detail: `after: ${job.error ?? 'no error told'}`,
    })
  }
  if (job.endedAt && job.state === 'failed') {
    moments.push({ at: job.endedAt, what: 'attempt-failed', detail: job.error })
  } else if (job.endedAt) {
    moments.push({ at: job.endedAt, what: 'job-ended', detail: job.state })
  }
  return moments
}
