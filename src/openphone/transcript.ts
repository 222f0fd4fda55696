import type { CallUpdate, DialogueLine, Translate } from '../vocabulary/updates.ts'
import { callerNumbers, callPartiesOf, callSurroundings } from './call-parties.ts'
import { identifier, knownOnly, label, list, number, record, seconds, text } from './fields.ts'
import { idReader } from './identity.ts'
import { phoneNumber } from './phone-number.ts'
import { subjectOf } from './shape.ts'
import { partOf, processingStatus } from './status.ts'
import { timeOf } from './surroundings.ts'

const callId = idReader({ current: 'callId', legacy: 'callId', flat: 'callId' })

/**
 * `call.transcript.completed`, its legacy name `callTranscript` and the flat `transcript.ready`: what was
 * said in a call. The text is the dialogue's lines, or the flat shape's own.
 */
export const translateTranscript: Translate = (event) => {
  const subject = subjectOf(event)
  const { resource } = subject
  const id = callId(subject)
  const at = timeOf(subject, event)
  const parties = callPartiesOf(subject)

  const told = record(resource.transcript)
  const stated = processingStatus(resource.processingStatus) ?? processingStatus(resource.status)
  const dialogue = partOf(stated, list(resource.dialogue)?.flatMap(dialogueLine))
  const transcript = dialogue?.map(spoken).join('\n') ?? label(resource.transcript) ?? label(told?.text)

  const call: CallUpdate = {
    kind: 'call',
    id,
    at,
    fields: {
      ...callSurroundings(subject, parties),
      transcript_status: stated ?? (transcript === undefined ? undefined : 'completed'),
      transcript,
      transcript_dialogue: dialogue,
      transcript_confidence: number(told?.confidence),
      transcript_language: label(told?.language),
    },
  }
  return [call, ...callerNumbers(subject, parties, at)]
}

function dialogueLine(value: unknown): DialogueLine[] {
  const given = record(value)
  if (given === undefined) return []
  const line = knownOnly<DialogueLine>({
    user_id: identifier(given.userId),
    identifier: phoneNumber(given.identifier),
    content: text(given.content),
    start_seconds: seconds(given.start),
    end_seconds: seconds(given.end),
  })
  return [line]
}

function spoken({ identifier, user_id, content = '' }: DialogueLine): string {
  const speaker = identifier ?? user_id
  return speaker === undefined ? content : `${speaker}: ${content}`
}
