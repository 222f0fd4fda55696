import { type Edit, editsFor } from './edits.ts'
import { HistoryEvent } from './event.ts'
import { moment } from './world.ts'

/** Events that say less than their sample does. */

/** Fields by which a payload says what it is about and when: without them it is about something else. */
const identity = ['id', 'callId', 'messageId', 'voicemailId', 'createdAt', 'updatedAt', 'timestamp']

/** Three ways of not knowing. */
export type Blank = 'absent' | 'null' | 'unavailable'
export const blanks: readonly Blank[] = ['absent', 'null', 'unavailable']

/** How a lookup that could not be made spells it. */
const unavailable: Readonly<Record<string, unknown>> = {
  contacts: { ids: [], lookupStatus: 'unavailable' },
  participants: { workspace: [], external: [], resolution: 'unavailable' },
}

/** The same event without knowledge of the fields that `isLeftOut` names. */
export function withoutFields(
  event: HistoryEvent,
  blank: Blank,
  isLeftOut: (field: string) => boolean,
): HistoryEvent {
  const fields = fieldsOf(event).filter((field) => !identity.includes(field) && isLeftOut(field))
  const edits = fields.map((field) => ({ field, value: blankOf(field, blank) }))
  return new HistoryEvent(event.sample, event.scene, [...event.edits, ...edits])
}

function blankOf(field: string, blank: Blank): unknown {
  if (blank === 'absent') return undefined
  return blank === 'null' ? null : (unavailable[field] ?? null)
}

/** The same event so many seconds after the first moment, knowing nothing but what it is about. */
export function emptyEcho(event: HistoryEvent, blank: Blank, second: number): HistoryEvent {
  const at = moment(second).toISOString()
  const times: Edit[] = ['createdAt', 'updatedAt', 'timestamp'].map((field) => ({ field, value: at }))
  const empty = withoutFields(event, blank, () => true)
  return new HistoryEvent(event.sample, event.scene, [...empty.edits, ...times])
}

/** The names of the fields that the payload has. */
export function fieldsOf(event: HistoryEvent): string[] {
  return editsFor(event.envelope).flatMap(([edit]) => edit?.field ?? [])
}
