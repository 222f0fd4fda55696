import { timelineOf } from '../../src/ops/timeline.ts'
import t from '../helper/tap.ts'

const at = new Date('2026-05-01T12:00:00.123Z')

const processed = {
  id: '019a0000-0000-7000-8000-000000000001',
  type: 'message.received',
  status: 'processed',
  attempts: 1,
  error: null,
  scheme: 'standard',
  apiVersion: null,
  providerEventId: null,
  dedupeKey: 'standard:msg_1',
  occurredAt: at,
  receivedAt: at,
  processedAt: at,
  failedAt: null,
} as const

const job = {
  id: processed.id,
  state: 'completed',
  retryCount: 0,
  retryLimit: 5,
  createdAt: at,
  startAfter: at,
  startedAt: at,
  endedAt: at,
  error: null,
} as const

t.test('what happened to an event in the same millisecond is told as it happens', async (t) => {
  const whats = (...history: Parameters<typeof timelineOf>) => timelineOf(...history).map(({ what }) => what)

  await t.test('when it was processed', async (t) => {
    const told = ['attempt-started', 'processed', 'job-ended']
    t.same(whats(processed, [job], null), ['occurred', 'received', ...told])
    const replay = { ...job, id: '019a0000-0000-7000-8000-000000000002' }
    t.same(whats(processed, [replay], null), ['occurred', 'received', 'replayed', ...told])
  })

  await t.test('when it failed', async (t) => {
    const failed = {
      ...processed,
      status: 'failed',
      processedAt: null,
      failedAt: at,
      error: 'no room',
    } as const
    const failedJob = { ...job, state: 'failed', error: 'no room' } as const
    const deadLetter = { id: 'dead', createdAt: at, sourceJobId: job.id, attempts: 1, error: 'no room' }
    t.same(whats(failed, [failedJob], deadLetter), [
      'occurred',
      'received',
      'attempt-started',
      'failed',
      'attempt-failed',
      'dead-lettered',
    ])
  })
})
