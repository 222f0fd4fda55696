import type { TaskUpdate, Translate } from '../vocabulary/updates.ts'
import { boolean, date, identifier, label, record, text } from './fields.ts'
import { idReader } from './identity.ts'
import { subjectOf } from './shape.ts'
import { DELETED_AT_UNKNOWN_TIME, timeOf } from './surroundings.ts'

const taskId = idReader({ current: 'id', legacy: 'id', flat: 'taskId' })

/** What an event changes about its task: most carry nothing but the task's id. */
type Change = (resource: Record<string, unknown>, at: Date | null) => TaskUpdate['fields']

const changes: Readonly<Record<string, Change>> = {
  'task.created': (resource, at) => ({
    title: text(resource.title),
    description: text(resource.description),
    due_date: resource.dueDate === null ? null : dueDate(resource.dueDate),
    status: 'open',
    assigned_to: identifier(resource.assignedTo),
    created_at: date(resource.createdAt) ?? at ?? undefined,
  }),
  'task.updated': ({ updatedFields }) => ({
    title: updatedText(record(updatedFields)?.title),
    description: updatedText(record(updatedFields)?.description),
  }),
  'task.deleted': (_, at) => ({ deleted_at: at ?? DELETED_AT_UNKNOWN_TIME }),
  'task.completed': (resource, at) => ({
    status: 'completed',
    completed_at: date(resource.completedAt) ?? at ?? undefined,
  }),
  'task.reopened': () => ({ status: 'open', completed_at: null }),
  'task.assigned': ({ assignedTo }) => ({ assigned_to: identifier(assignedTo) }),
  'task.unassigned': () => ({ assigned_to: null }),
  'task.linked': () => ({ is_linked: true }),
  'task.unlinked': () => ({ is_linked: false }),
  'task.overdue': (resource) => ({ due_date: dueDate(resource.dueDate), is_overdue: true }),
  'task.duedate.updated': dueDateChanged,
  'task.due_date_changed': dueDateChanged,
  'task.duedate.removed': dueDateRemoved,
  'task.due_date_removed': dueDateRemoved,
}

/** `task.*`, the legacy spellings of due dates included. */
export const taskTranslators: ReadonlyMap<string, Translate> = new Map(
  Object.entries(changes).map(([type, change]) => [type, translatorOf(change)]),
)

function translatorOf(change: Change): Translate {
  return (event) => {
    const subject = subjectOf(event)
    const { resource, context } = subject
    const at = timeOf(subject, event)
    const task: TaskUpdate = {
      kind: 'task',
      id: taskId(subject),
      at,
      fields: {
        ...change(resource, at),
        actor_id: identifier(context.actorId),
        org_id: identifier(context.orgId),
        phone_number_id: identifier(context.phoneNumberId),
        conversation_id: identifier(context.conversationId),
        activity_id: identifier(context.activityId),
        phone_number_group_id: identifier(context.phoneNumberGroupId),
      },
    }
    return [task]
  }
}

/** A new due date may be later: whether it has passed already, an event of its own tells. */
function dueDateChanged(resource: Record<string, unknown>): TaskUpdate['fields'] {
  return { due_date: dueDate(resource.updatedDueDate) ?? dueDate(resource.dueDate), is_overdue: false }
}

function dueDateRemoved(): TaskUpdate['fields'] {
  return { due_date: null, is_overdue: false }
}

/** As given where it is text, a day or a time alike; ISO 8601 where it is a Unix time. */
function dueDate(value: unknown): string | undefined {
  return typeof value === 'number' ? date(value)?.toISOString() : label(value)
}

/** The new text of a field that was updated: null where it was taken away, which leaves it empty. */
function updatedText(field: unknown): string | undefined {
  const update = record(field)
  if (boolean(update?.isUpdated) !== true) return undefined
  return update?.updatedValue === null ? '' : text(update?.updatedValue)
}
