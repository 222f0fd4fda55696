import { timeIn } from '../context.ts'
import { legacyEnvelope } from '../envelopes.ts'
import type { Fields, Sample, SampleContext } from '../sample.ts'

const daySeconds = 24 * 3600

// The provider documents the legacy names but no payload; this is the current resource with the context's
// ids beside it, as every other legacy object has them.
const changes: Record<string, (context: SampleContext) => Fields> = {
  'task.created': (context) => ({
    title: context.business.task.title,
    description: context.business.task.description,
    dueDate: timeIn(context, daySeconds),
  }),
  'task.updated': (context) => ({
    updatedFields: {
      title: { isUpdated: false },
      description: { isUpdated: true, updatedValue: `${context.business.task.description} Call first.` },
    },
  }),
  'task.deleted': () => ({}),
  'task.completed': () => ({}),
  'task.reopened': () => ({}),
  'task.unassigned': (context) => ({ unassignedFrom: context.business.colleagueUserId }),
  'task.overdue': (context) => ({ dueDate: timeIn(context, -60) }),
  'task.linked': () => ({}),
  'task.unlinked': () => ({}),
  'task.due_date_changed': (context) => ({ updatedDueDate: timeIn(context, 3 * daySeconds) }),
  'task.due_date_removed': () => ({}),
}

function task({ business, objects }: SampleContext): Fields {
  return {
    id: objects.taskId,
    object: 'task',
    orgId: business.orgId,
    actorId: business.userId,
    phoneNumberId: business.phoneNumberId,
    conversationId: objects.conversationId,
    activityId: objects.callId,
    phoneNumberGroupId: null,
  }
}

export const legacyTasks: readonly Sample[] = Object.entries(changes).map(
  ([type, change]): Sample => ({
    type,
    shape: 'legacy',
    version: 'v4',
    build: (context) => legacyEnvelope(context, type, 'v4', { ...task(context), ...change(context) }),
  }),
)
