import { timelineOf } from '../../src/ops/timeline.ts'
import t from '../helper/tap.ts'

t.test(
  'what happened to an event in the same millisecond is told in the order in which it happens',
  async (t) => {
    const at = new Date('2026-05-01T12:00:00.123Z')
    const event = {
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
      state: 'completed',
      retryCount: 0,
      retryLimit: 5,
      createdAt: at,
      startAfter: at,
      startedAt: at,
      endedAt: at,
      error: null,
    } as const
    const whats = (id: string) => timelineOf(event, [{ id, ...job }], null).map(({ what }) => what)
    t.same(whats(event.id), ['occurred', 'received', 'attempt-started', 'processed', 'job-ended'])
    t.same(whats('019a0000-0000-7000-8000-000000000002'), [
      'occurred',
      'received',
      'replayed',
      'attempt-started',
      'processed',
      'job-ended',
    ])
  },
)
