import assert from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { findSample, type Shape } from '../../src/samples/index.ts'
import type { Edit } from './edits.ts'
import { HistoryEvent } from './event.ts'
import { holds } from './holds.ts'
import { openReplica, type Row, type Rows } from './replica.ts'
import { rowsAfter } from './run-history.ts'
import { customers, MOMENTS, moment } from './world.ts'

const CASES = 50

const replica = await openReplica(t)
const anySecond = fc.nat(MOMENTS - 1)
const anyShape = fc.constantFrom<Shape>('current', 'legacy')

t.test('a deleted contact stays deleted unless a later update revives it', async (t) => {
  const change = fc
    .record({ isDeletion: fc.boolean(), shape: anyShape, second: anySecond, changedAt: anySecond })
    .map(({ isDeletion, shape, second, changedAt }) => {
      const updatedAt = { field: 'updatedAt', value: moment(changedAt).toISOString() }
      const event = eventOf(isDeletion ? 'contact.deleted' : 'contact.updated', shape, second, [updatedAt])
      // A deletion tells when the contact was last changed, which is before it was deleted.
      return { isDeletion, event, at: isDeletion ? Math.max(second, changedAt) : changedAt }
    })
  await holds(t, CASES, fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
    const contact = theRow(await rowsAfter(replica, eventsOf(changes)), 'contact_profile')
    const lastOf = (isDeletion: boolean) =>
      Math.max(-1, ...changes.filter((change) => change.isDeletion === isDeletion).map(({ at }) => at))
    assert.strictEqual(contact.deleted_at !== null, lastOf(true) >= lastOf(false))
  })
})

for (const [type, statusColumn, contentColumn, toContent] of [
  ['call.summary.completed', 'summary_status', 'summary', (text: string) => ({ summary: [text] })],
  [
    'call.transcript.completed',
    'transcript_status',
    'transcript',
    (content: string) => ({ dialogue: [{ content }] }),
  ],
] as const) {
  t.test(`of ${type} the furthest stands, and what it says: work in progress undoes nothing`, async (t) => {
    const states = ['absent', 'in-progress', 'failed', 'completed']
    const step = fc
      .record({
        state: fc.constantFrom(...states),
        shape: anyShape,
        second: anySecond,
        text: fc.option(fc.constantFrom('one', 'two', 'three', 'four')),
      })
      .map(({ state, shape, second, text }) => {
        const content = text === null ? {} : toContent(text)
        const edits = Object.entries({
          [shape === 'current' ? 'processingStatus' : 'status']: state,
          summary: null,
          nextSteps: null,
          dialogue: null,
          ...content,
        }).map(([field, value]): Edit => ({ field, value }))
        return { state, second, text, event: eventOf(type, shape, second, edits) }
      })
    await holds(t, CASES, fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const call = theRow(await rowsAfter(replica, eventsOf(steps)), 'call')
      const furthest = states.findLast((state) => steps.some((step) => step.state === state))
      assert.strictEqual(call[statusColumn], furthest)

      const written = steps.filter(({ text }) => text !== null)
      const furthestWritten = states.findLast((state) => written.some((step) => step.state === state))
      const candidates = written.filter((step) => step.state === furthestWritten)
      const newest = Math.max(...candidates.map(({ second }) => second))
      const texts = candidates.filter(({ second }) => second === newest).map(({ text }) => text)
      if (texts.length === 0) texts.push(null)
      const text = [call[contentColumn]].flat()[0] ?? null
      assert(
        texts.some((candidate) => candidate === text),
        `${text} is none of ${texts}`,
      )
    })
  })
}

t.test('a message that is delivered before it is received has its body and its last status', async (t) => {
  const reports = { 'message.delivered': 'delivered', 'message.failed': 'failed' } as const
  const message = fc.record({
    receivedShape: fc.constantFrom<Shape>('current', 'legacy', 'flat'),
    receivedAt: anySecond,
    report: fc.constantFrom('message.delivered', 'message.failed'),
    reportedAt: anySecond,
  })
  await holds(t, CASES, message, async ({ receivedShape, receivedAt, report, reportedAt }) => {
    const received = eventOf('message.received', receivedShape, receivedAt)
    // The flat report knows nothing of the message but its id.
    const events = [eventOf(report, 'flat', reportedAt), received]
    const row = theRow(await rowsAfter(replica, events), 'message')
    const alone = theRow(await rowsAfter(replica, [received]), 'message')
    assert.strictEqual(row.body, alone.body)
    assert.strictEqual(row.from_number, customers[0]?.phoneNumber)
    // At the same moment it was delivered after it was received; a failed one cannot have been received.
    const isReported =
      reportedAt > receivedAt || (reportedAt === receivedAt && report === 'message.delivered')
    assert.strictEqual(row.status, isReported ? reports[report] : 'received')
  })
})

function eventOf(type: string, shape: Shape, second: number, edits: readonly Edit[] = []): HistoryEvent {
  const sample = findSample(type, shape)
  const [customer] = customers
  assert(sample && customer, `${type} is not sent in shape ${shape}`)
  return new HistoryEvent(
    sample,
    { second, side: 'a', customer, isClinic: false, contactLookup: 'matched' },
    edits,
  )
}

function eventsOf(steps: readonly { readonly event: HistoryEvent }[]): HistoryEvent[] {
  return steps.map(({ event }) => event)
}

/** The only row of a table. */
function theRow(rows: Rows, table: string): Row {
  const [row, ...others] = rows[table] ?? []
  assert(row !== undefined && others.length === 0, `${others.length + 1} rows in ${table}`)
  return row
}
