import assert from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { cellsOf } from './cells.ts'
import { eventOf } from './event.ts'
import { holds } from './holds.ts'
import { blanks, emptyEcho, fieldsOf, withoutFields } from './parts.ts'
import { openReplica } from './replica.ts'
import { rowsAfter } from './run-history.ts'
import { MOMENTS } from './world.ts'

const CASES = 60

const replica = await openReplica(t)
const anyBlank = fc.constantFrom(...blanks)
const anyEvents = fc.array(eventOf(), { minLength: 1, maxLength: 6, size: 'max' })

t.test('what either of two histories knows, both together know', async (t) => {
  await holds(t, CASES, fc.tuple(anyEvents, anyEvents), async ([some, others]) => {
    const known = cellsOf(await rowsAfter(replica, some))
    const knownElsewhere = cellsOf(await rowsAfter(replica, others))
    const together = cellsOf(await rowsAfter(replica, [...some, ...others]))
    const names = new Set([...known.keys(), ...knownElsewhere.keys()])
    assert.deepStrictEqual(new Set(together.keys()), names)
    for (const [name, { value }] of together) {
      const candidates = [known.get(name), knownElsewhere.get(name)].map((cell) =>
        JSON.stringify(cell?.value),
      )
      assert(candidates.includes(JSON.stringify(value)), `${name} is ${JSON.stringify(value)}`)
    }
  })
})

t.test('of two updates with the same time, what only one of them knows survives', async (t) => {
  const unedited = eventOf(undefined, { isEditable: () => false })
  const coins = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 })
  await holds(t, CASES, fc.tuple(unedited, coins, anyBlank), async ([whole, coins, blank]) => {
    const groups = fieldsOf(whole).map(groupOf)
    const isInFirst = (field: string) => coins[groups.indexOf(groupOf(field)) % coins.length] === true
    // Times, and what is an object of its own, are in both.
    const isInBoth = (field: string) => /At$|^voicemail$/.test(field)
    const first = withoutFields(whole, blank, (field) => !isInBoth(field) && !isInFirst(field))
    const second = withoutFields(whole, blank, (field) => !isInBoth(field) && isInFirst(field))
    const expected = cellsOf(await rowsAfter(replica, [whole]))
    const together = cellsOf(await rowsAfter(replica, [first, second]))
    for (const [name, { value }] of expected) assert.deepStrictEqual(together.get(name)?.value, value, name)
  })
})

/** Fields that mean something only together. */
function groupOf(field: string): string {
  return groups.find((group) => group.includes(field))?.[0] ?? field
}
const groups = [
  [
    'direction',
    'from',
    'to',
    'senderIdentifier',
    'recipientIdentifiers',
    'fromPhoneNumber',
    'participants',
    'contact',
    'contacts',
    'contactIds',
  ],
  ['phoneNumbers', 'emails', 'customFields', 'fields'],
  ['status', 'processingStatus', 'summary', 'nextSteps', 'jobs', 'dialogue', 'transcript'],
]

t.test('an event that knows nothing more takes nothing away, however late', async (t) => {
  await holds(t, CASES, fc.tuple(anyEvents, anyBlank), async ([events, blank]) => {
    const echoes = events.map((event) => emptyEcho(event, blank, MOMENTS))
    const known = cellsOf(await rowsAfter(replica, events))
    const after = cellsOf(await rowsAfter(replica, [...events, ...echoes]))
    for (const [name, { column, value }] of known) {
      if (!saidByType.has(column)) assert.deepStrictEqual(after.get(name)?.value, value, name)
      else if (value !== null && !erasable.has(column)) assert(after.get(name)?.value !== null, name)
    }
  })
})

/** Columns that an event takes away by its type alone. */
const erasable = new Set(['due_date', 'assigned_to', 'completed_at', 'deleted_at'])

/** Columns that the type of an event and its time say something of, whatever else it knows. */
const saidByType = new Set([
  ...erasable,
  'status',
  'direction',
  'is_linked',
  'is_overdue',
  'has_voicemail',
  'created_at',
  'updated_at',
  'delivered_at',
  'failed_at',
  'missed_at',
  'received_at',
])

t.test('of two values known at different times the newer one stays', async (t) => {
  // Without edits of times, everything that an event says is of the moment it happens.
  const event = eventOf(undefined, { isEditable: (field) => !/At$|^timestamp$/.test(field) })
  await holds(t, CASES, fc.tuple(event, event), async ([one, other]) => {
    if (one.scene.second === other.scene.second) return
    const newer = one.scene.second > other.scene.second ? one : other
    const known = cellsOf(await rowsAfter(replica, [newer]))
    const together = cellsOf(await rowsAfter(replica, [one, other]))
    for (const [name, { column, value, isStamped }] of known) {
      // What is being made only ever goes forward: it has properties of its own.
      if (!isStamped || /^(summary|transcript|next_steps)/.test(column)) continue
      assert.deepStrictEqual(together.get(name)?.value, value, name)
    }
  })
})
