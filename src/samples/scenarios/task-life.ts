import { later } from '../context.ts'
import { taskEvent } from '../current/tasks.ts'
import { currentVersion } from '../sample.ts'
import type { Scenario } from './scenario.ts'

const steps = [
  'task.created',
  'task.linked',
  'task.assigned',
  'task.updated',
  'task.overdue',
  'task.duedate.updated',
  'task.completed',
  'task.reopened',
  'task.duedate.removed',
  'task.unassigned',
  'task.unlinked',
  'task.deleted',
]
const stepSeconds = 300

export const taskLife: Scenario = {
  name: 'task-life',
  description: 'A task through all twelve of its events, from created to deleted',
  shape: 'current',
  version: currentVersion,
  build: (context) =>
    steps.map((type, index) => taskEvent(later(context, (index + 1 - steps.length) * stepSeconds), type)),
}
