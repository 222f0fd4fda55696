import t from '../helper/tap.ts'
import { current, event, fieldsOf, type Json, known, legacy, OCCURRED_AT, only, translate } from './build.ts'

const DUE = '2026-05-01T09:00:00.000Z'

function task(type: string, resource: Json = {}, context: Json = {}) {
  return current(type, { id: 'TK1', ...resource }, { actorId: 'US1', activityId: null, ...context })
}

/** What the event changes, apart from the surroundings that every event names. */
function changeOf(given: ReturnType<typeof task>): Json {
  const { actor_id, org_id, phone_number_id, conversation_id, ...change } = fieldsOf(given, 'task')
  return change
}

t.test('every event tells its task, its time and its surroundings', async (t) => {
  const told = only(
    translate(task('task.linked', {}, { activityId: 'AC1', phoneNumberGroupId: 'PG1' })),
    'task',
  )
  t.equal(told.id, 'TK1')
  t.strictSame(told.at, OCCURRED_AT)
  t.strictSame(known(told), {
    is_linked: true,
    actor_id: 'US1',
    org_id: 'OR1',
    phone_number_id: 'PN1',
    conversation_id: 'CN1',
    activity_id: 'AC1',
    phone_number_group_id: 'PG1',
  })
})

t.test('each type of event changes what it is about and nothing else', async (t) => {
  const changes: [string, Json, Json][] = [
    [
      'task.created',
      { title: 'Call back', description: '', dueDate: DUE },
      { title: 'Call back', description: '', due_date: DUE, status: 'open', created_at: OCCURRED_AT },
    ],
    [
      'task.created',
      { title: null, dueDate: null },
      { due_date: null, status: 'open', created_at: OCCURRED_AT },
    ],
    ['task.deleted', {}, { deleted_at: OCCURRED_AT }],
    ['task.completed', {}, { status: 'completed', completed_at: OCCURRED_AT }],
    ['task.reopened', {}, { status: 'open', completed_at: null }],
    ['task.assigned', { assignedTo: 'US2' }, { assigned_to: 'US2' }],
    ['task.unassigned', { unassignedFrom: 'US2' }, { assigned_to: null }],
    ['task.linked', {}, { is_linked: true }],
    ['task.unlinked', {}, { is_linked: false }],
    ['task.overdue', { dueDate: DUE }, { due_date: DUE, is_overdue: true }],
    ['task.duedate.updated', { updatedDueDate: DUE }, { due_date: DUE, is_overdue: false }],
    ['task.duedate.removed', {}, { due_date: null, is_overdue: false }],
  ]
  for (const [type, resource, expected] of changes)
    t.strictSame(changeOf(task(type, resource)), expected, type)
})

t.test('an update changes only the fields that it says were updated', async (t) => {
  const change = (updatedFields: unknown) => changeOf(task('task.updated', { updatedFields }))
  t.strictSame(
    change({
      title: { isUpdated: true, updatedValue: 'New' },
      description: { isUpdated: false, updatedValue: 'x' },
    }),
    { title: 'New' },
  )
  t.strictSame(change({ description: { isUpdated: true, updatedValue: null } }), { description: '' })
  for (const odd of [null, 'x', [], {}, { title: 'New' }, { title: { isUpdated: true, updatedValue: 5 } }]) {
    t.strictSame(change(odd), {})
  }
})

t.test('the legacy spellings of due dates mean the same', async (t) => {
  const due_date = fieldsOf(legacy('task.due_date_changed', { id: 'TK1', dueDate: DUE }), 'task')
  t.match(due_date, { due_date: DUE, is_overdue: false })
  t.match(fieldsOf(legacy('task.due_date_removed', { id: 'TK1' }), 'task'), {
    due_date: null,
    is_overdue: false,
  })
})

t.test('a due date is kept as given, and one that cannot be read is unknown', async (t) => {
  const due = (updatedDueDate: unknown) => changeOf(task('task.duedate.updated', { updatedDueDate })).due_date
  t.equal(due('2026-05-01'), '2026-05-01')
  t.equal(due(1777626000), DUE)
  for (const odd of [null, '', {}, [], true]) t.equal(due(odd), undefined)
})

t.test('a deletion without any time still deletes', async (t) => {
  const given = event('task.deleted', { resource: { id: 'TK1' } }, { occurredAt: null })
  t.ok(fieldsOf(given, 'task').deleted_at instanceof Date)
})

t.test('a task without an id is refused with the name of the field', async (t) => {
  t.throws(() => translate(task('task.completed', { id: null })), {
    name: 'PermanentError',
    message: /^data\.resource\.id: /,
  })
  t.throws(() => translate(event('task.completed', {})), { message: /^data\.taskId: / })
})
