import type { CallUpdate, Direction, Translate } from '../vocabulary/updates.ts'
import { callerNumbers, callPartiesOf, callSurroundings } from './call-parties.ts'
import { boolean, date, identifier, label, seconds } from './fields.ts'
import { idReader } from './identity.ts'
import { phoneNumber } from './phone-number.ts'
import { recordingsOf } from './recording.ts'
import { subjectOf } from './shape.ts'
import { callStatus } from './status.ts'
import { timeOf } from './surroundings.ts'
import { voicemailInCall } from './voicemail.ts'

const callId = idReader({ current: 'id', legacy: 'id', flat: 'callId' })

/**
 * What an event's type says of the call, where the payload does not say it itself. An answered call goes
 * on: `in-progress`, as `answered` is the provider's word for one that has ended.
 */
const SAID_BY_TYPE: Readonly<Record<string, { status?: string; direction?: Direction }>> = {
  'call.started': { status: 'ringing' },
  'call.ringing': { status: 'ringing' },
  'call.answered': { status: 'in-progress' },
  'call.menu.selected': { direction: 'incoming' },
  'call.forwarded': { status: 'forwarded', direction: 'incoming' },
  'call.missed': { status: 'missed', direction: 'incoming' },
  'call.completed': { status: 'completed' },
}

/**
 * A call's own events and its recordings, of all shapes: the call, the other party's number, and the
 * voicemail that a legacy call may carry.
 */
export const translateCall: Translate = (event) => {
  const subject = subjectOf(event)
  const { resource } = subject
  const id = callId(subject)
  const at = timeOf(subject, event)
  const saidByType = SAID_BY_TYPE[event.type]
  const parties = callPartiesOf(subject, saidByType?.direction)
  const voicemail = voicemailInCall(subject, id, parties, at)

  const call: CallUpdate = {
    kind: 'call',
    id,
    at,
    fields: {
      ...callSurroundings(subject, parties),
      status: callStatus(resource.status) ?? saidByType?.status,
      duration_seconds: seconds(resource.duration),
      initiated_by: identifier(resource.initiatedBy),
      answered_by: identifier(resource.answeredByUserId) ?? identifier(resource.answeredBy),
      created_at: date(resource.createdAt) ?? date(resource.startedAt),
      answered_at: date(resource.answeredAt),
      completed_at: date(resource.completedAt),
      missed_at:
        date(resource.missedAt) ??
        (event.type === 'call.missed' ? (event.occurredAt ?? undefined) : undefined),
      forwarded_from: phoneNumber(resource.forwardedFrom),
      forwarded_to: phoneNumber(resource.forwardedTo),
      menu_selection: identifier(resource.phoneMenuSelection),
      menu_selection_name: label(resource.phoneMenuSelectionName),
      menu_status_reason: label(resource.statusReason),
      has_voicemail: voicemail === undefined ? boolean(resource.hasVoicemail) : true,
      recordings: recordingsOf(resource),
    },
  }
  const numbers = callerNumbers(subject, parties, at)
  return voicemail === undefined ? [call, ...numbers] : [call, voicemail, ...numbers]
}
