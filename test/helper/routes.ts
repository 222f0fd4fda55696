import type pg from 'pg'
import { registry } from '../../src/events/index.ts'
import type { Envelope, Sample } from '../../src/samples/index.ts'

/**
 * The tables that an event of a type makes rows in; where a shape, or a version of it, says more or less than
 * the others, that has a line of its own.
 */
export const routes: Readonly<Record<string, string>> = {
  'message.received': 'message contact_number',
  'message.delivered': 'message contact_number',
  'message.delivered flat': 'message',
  'message.failed': 'message contact_number',
  'message.failed flat': 'message',
  'message.undelivered': 'message contact_number',
  'call.started': 'call contact_number',
  'call.ringing': 'call contact_number',
  'call.menu.selected': 'call contact_number',
  'call.answered': 'call contact_number',
  'call.forwarded': 'call contact_number',
  'call.missed': 'call contact_number',
  'call.completed': 'call contact_number',
  // A missed call with a voicemail in it.
  'call.completed legacy v2': 'call contact_number voicemail',
  'call.recording.completed': 'call contact_number',
  'call.voicemail.completed': 'call contact_number voicemail',
  'voicemail.received': 'contact_number voicemail',
  'call.summary.completed': 'call contact_number',
  'call.summary.completed legacy': 'call',
  callSummary: 'call',
  'summary.ready': 'call',
  'call.transcript.completed': 'call contact_number',
  'call.transcript.completed legacy': 'call',
  callTranscript: 'call',
  'transcript.ready': 'call',
  'contact.updated': 'contact_number contact_profile',
  'contact.deleted': 'contact_number contact_profile',
  'task.created': 'task',
  'task.updated': 'task',
  'task.deleted': 'task',
  'task.completed': 'task',
  'task.reopened': 'task',
  'task.assigned': 'task',
  'task.unassigned': 'task',
  'task.linked': 'task',
  'task.unlinked': 'task',
  'task.overdue': 'task',
  'task.duedate.updated': 'task',
  'task.due_date_changed': 'task',
  'task.duedate.removed': 'task',
  'task.due_date_removed': 'task',
}

/** The tables that a sample makes rows in, sorted. */
export function routeOf({ type, shape, version }: Sample): string[] {
  const tables = routes[`${type} ${shape} ${version}`] ?? routes[`${type} ${shape}`] ?? routes[type]
  return tables === undefined ? [] : tables.split(' ').sort()
}

/** The tables with a row whose id an envelope mentions, sorted. */
export async function tablesAbout(pool: pg.Pool, envelope: Envelope): Promise<string[]> {
  const queries = registry.handlers.map(
    ({ kind }) => `select '${kind}' as name from openphone.${kind} where id = any ($1)`,
  )
  const { rows } = await pool.query<{ name: string }>(queries.join(' union '), [textsIn(envelope)])
  return rows.map(({ name }) => name).sort()
}

/** Every text in a value, at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
