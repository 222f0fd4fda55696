import type { TaskFields, TaskUpdate } from '../vocabulary/updates.ts'
import type { Columns } from './merge/fold.ts'
import { latest, settled } from './merge/rule.ts'
import { upsertInto } from './merge/upsert.ts'
import type { ProjectionTable } from './projection.ts'

export type TaskTable = ProjectionTable<TaskFields>

export const taskColumns: Columns<TaskFields> = {
  title: latest(),
  description: latest(),
  due_date: latest(),
  status: latest('text', (status) => (status === 'completed' ? 1 : 0)),
  is_overdue: latest('boolean'),
  assigned_to: latest(),
  is_linked: latest('boolean'),
  actor_id: latest(),
  org_id: settled(),
  phone_number_id: latest(),
  conversation_id: latest(),
  activity_id: latest(),
  phone_number_group_id: latest(),
  created_at: settled('timestamptz'),
  completed_at: latest('timestamptz', presentOverNull),
  deleted_at: latest('timestamptz', presentOverNull),
}

/** Writes tasks. Every event names only what it changed. */
export const upsertTasks = upsertInto<TaskUpdate>('task', taskColumns)

function presentOverNull(value: unknown): number {
  return value === null ? 0 : 1
}
