import type { Shape } from '../../src/samples/index.ts'

/** The versions of each shape that an event type is sent in. */
export type DocumentedVersions = { readonly [Name in Shape]?: readonly string[] }

const current = ['2026-03-30']
const flat = ['flat']

/** Every event type that the provider and relays are known to send, by the provider's documentation. */
export const documentedTypes: Readonly<Record<string, DocumentedVersions>> = {
  'message.received': { current, legacy: ['v1', 'v2', 'v3', 'v4'], flat },
  'message.delivered': { current, legacy: ['v1', 'v2', 'v3', 'v4'], flat },
  'message.failed': { current, flat },
  'message.undelivered': { current },
  'call.ringing': { current, legacy: ['v1', 'v2', 'v3', 'v4'] },
  'call.menu.selected': { current },
  'call.answered': { current },
  'call.forwarded': { current },
  'call.missed': { current, flat },
  'call.completed': { current, legacy: ['v1', 'v2', 'v3', 'v4'], flat },
  'call.recording.completed': { current, legacy: ['v2', 'v3', 'v4'] },
  'call.summary.completed': { current, legacy: ['v3', 'v4'] },
  'call.transcript.completed': { current, legacy: ['v3', 'v4'] },
  'call.voicemail.completed': { current },
  'contact.updated': { current, legacy: ['v1', 'v2', 'v3'] },
  'contact.deleted': { current, legacy: ['v1', 'v2', 'v3'] },
  'task.created': { current, legacy: ['v4'] },
  'task.updated': { current, legacy: ['v4'] },
  'task.deleted': { current, legacy: ['v4'] },
  'task.completed': { current, legacy: ['v4'] },
  'task.reopened': { current, legacy: ['v4'] },
  'task.linked': { current, legacy: ['v4'] },
  'task.unlinked': { current, legacy: ['v4'] },
  'task.assigned': { current },
  'task.unassigned': { current, legacy: ['v4'] },
  'task.overdue': { current, legacy: ['v4'] },
  'task.duedate.updated': { current },
  'task.duedate.removed': { current },
  'task.due_date_changed': { legacy: ['v4'] },
  'task.due_date_removed': { legacy: ['v4'] },
  callSummary: { legacy: ['v4'] },
  callTranscript: { legacy: ['v4'] },
  'call.started': { flat },
  'voicemail.received': { flat },
  'transcript.ready': { flat },
  'summary.ready': { flat },
}
