import type { CallUpdate, Translate, VoicemailUpdate } from '../vocabulary/updates.ts'
import { type CallParties, callerNumbers, callPartiesOf } from './call-parties.ts'
import { date, identifier, label, number, record, seconds } from './fields.ts'
import { idReader } from './identity.ts'
import { type Subject, subjectOf } from './shape.ts'
import { later, placeOf, timeOf } from './surroundings.ts'

const voicemailId = idReader({ current: 'id', legacy: 'id', flat: 'voicemailId' })

/**
 * `call.voicemail.completed` and the flat `voicemail.received`: the voicemail, the caller's number, and
 * word to the call that it has a voicemail.
 *
 * The row's id is the call's, where it is known: that is the only id that every generation can tell, so
 * that a legacy call with a voicemail and the current event about the same voicemail meet in one row.
 * Else it is the voicemail's own id (`VM…`), else that of its entry in the conversation.
 */
export const translateVoicemail: Translate = (event) => {
  const subject = subjectOf(event)
  const { resource } = subject
  const ownId = voicemailId(subject)
  const callId = identifier(resource.callId)
  const at = timeOf(subject, event)
  const parties = callPartiesOf(subject, 'incoming')

  const recording = record(resource.recording)
  const transcript = record(resource.transcript)
  const voicemail: VoicemailUpdate = {
    kind: 'voicemail',
    id: callId ?? identifier(resource.voicemailId) ?? ownId,
    at,
    fields: {
      ...voicemailSurroundings(subject, parties),
      voicemail_id: identifier(resource.voicemailId),
      call_id: callId,
      duration_seconds: seconds(resource.duration) ?? seconds(recording?.duration),
      transcript: label(resource.transcript) ?? label(transcript?.text),
      transcript_confidence: number(transcript?.confidence),
      recording_id: identifier(recording?.id),
      recording_url: label(resource.recordingUrl) ?? label(recording?.url),
      recording_type: label(recording?.type),
      received_at: date(resource.receivedAt) ?? date(resource.createdAt),
    },
  }
  const numbers = callerNumbers(subject, parties, at)
  if (callId === undefined) return [voicemail, ...numbers]
  // Not the voicemail's own time: it may have begun before the call, which denied it, was updated last.
  const call: CallUpdate = {
    kind: 'call',
    id: callId,
    at: later(at, event.occurredAt),
    fields: { has_voicemail: true },
  }
  return [voicemail, call, ...numbers]
}

/** The voicemail inside a legacy call; its row has the call's id. Undefined where there is none. */
export function voicemailInCall(
  subject: Subject,
  callId: string,
  parties: CallParties,
  at: Date | null,
): VoicemailUpdate | undefined {
  const given = record(subject.resource.voicemail)
  const url = label(given?.url)
  const duration = seconds(given?.duration)
  if (url === undefined && duration === undefined) return undefined
  return {
    kind: 'voicemail',
    id: callId,
    at,
    fields: {
      ...voicemailSurroundings(subject, parties),
      voicemail_id: identifier(given?.id),
      call_id: callId,
      duration_seconds: duration,
      transcript: label(given?.transcript),
      recording_url: url,
      recording_type: label(given?.type),
      received_at: date(subject.resource.completedAt),
    },
  }
}

function voicemailSurroundings(subject: Subject, parties: CallParties) {
  return {
    direction: parties.direction,
    from_number: parties.from,
    to_number: parties.to,
    contact_phone: parties.contactPhone,
    ...placeOf(subject),
  }
}
