import { timeIn } from '../context.ts'
import { conversationLink, currentEnvelope } from '../envelopes.ts'
import { currentVersion, type Envelope, type Fields, type Sample, type SampleContext } from '../sample.ts'

const daySeconds = 24 * 3600

// Each event names the task and what it changed, no more.
const resources: Record<string, (context: SampleContext) => Fields> = {
  'task.created': (context) => ({
    title: context.business.task.title,
    description: context.business.task.description,
    dueDate: timeIn(context, daySeconds),
  }),
  'task.updated': (context) => ({
    updatedFields: {
      title: { isUpdated: true, updatedValue: `${context.business.task.title} ❗` },
      description: { isUpdated: false },
    },
  }),
  'task.deleted': () => ({}),
  'task.completed': () => ({}),
  'task.reopened': () => ({}),
  'task.assigned': (context) => ({ assignedTo: context.business.colleagueUserId }),
  'task.unassigned': (context) => ({ unassignedFrom: context.business.colleagueUserId }),
  'task.overdue': (context) => ({ dueDate: timeIn(context, -60) }),
  'task.linked': () => ({}),
  'task.unlinked': () => ({}),
  'task.duedate.updated': (context) => ({ updatedDueDate: timeIn(context, 3 * daySeconds) }),
  'task.duedate.removed': () => ({}),
}

/** @param type one of the twelve `task.…` types. */
export function taskEvent(context: SampleContext, type: string, fields: Fields = {}): Envelope {
  const { business, objects } = context
  return currentEnvelope(context, type, {
    resource: { id: objects.taskId, ...resources[type]?.(context), ...fields },
    context: {
      orgId: business.orgId,
      actorId: business.userId,
      phoneNumberId: business.phoneNumberId,
      conversationId: objects.conversationId,
      activityId: objects.callId,
      phoneNumberGroupId: null,
    },
    link: `${conversationLink(context)}?taskId=${objects.taskId}`,
  })
}

export const currentTasks: readonly Sample[] = Object.keys(resources).map((type) => ({
  type,
  shape: 'current',
  version: currentVersion,
  build: (context) => taskEvent(context, type),
}))
