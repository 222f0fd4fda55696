import { type Edit, editsFor } from './edits.ts'
import { HistoryEvent } from './event.ts'
import { moment } from './world.ts'

/** Events that say less than their sample does. */

/** Fields by which a payload says what it is about and when: without them it is about something else. */
const identity = ['id', 'callId', 'messageId', 'voicemailId', 'createdAt', 'updatedAt', 'timestamp']

/** How a lookup that could not be made spells it; everything else is null where it is not known. */
const unavailable: Readonly<Record<string, unknown>> = {
  contacts: { ids: [], lookupStatus: 'unavailable' },
  participants: { workspace: [], external: [], resolution: 'unavailable' },
}

/** The same event without the fields that `isLeftOut` names; those are null or not there at all, in turn. */
export function withoutFields(event: HistoryEvent, isLeftOut: (field: string) => boolean): HistoryEvent {
  const fields = fieldsOf(event).filter((field) => !identity.includes(field) && isLeftOut(field))
  const blanks = fields.map((field, index) => ({
    field,
    value: index % 2 === 0 ? undefined : (unavailable[field] ?? null),
  }))
  return new HistoryEvent(event.sample, event.scene, [...event.edits, ...blanks])
}

/** The same event so many seconds after the first moment, knowing nothing but what it is about. */
export function emptyEcho(event: HistoryEvent, second: number): HistoryEvent {
  const at = moment(second).toISOString()
  const times: Edit[] = ['createdAt', 'updatedAt', 'timestamp'].map((field) => ({ field, value: at }))
  const empty = withoutFields(event, () => true)
  return new HistoryEvent(event.sample, event.scene, [...empty.edits, ...times])
}

/** The names of the fields that the payload has. */
export function fieldsOf(event: HistoryEvent): string[] {
  return editsFor(event.envelope).flatMap(([edit]) => edit?.field ?? [])
}
