import type { Translate } from '../vocabulary/updates.ts'
import { translateCall } from './call.ts'
import { translateContact } from './contact.ts'
import { translateMessage } from './message.ts'
import { translateSummary } from './summary.ts'
import { taskTranslators } from './task.ts'
import { translateTranscript } from './transcript.ts'
import { translateVoicemail } from './voicemail.ts'

/**
 * From event type to translator, for every documented type of every generation. A type that is not here
 * (unknown, or one of `integration.*`, whose payloads are documented nowhere) is stored and ignored.
 */
export const translators: ReadonlyMap<string, Translate> = new Map([
  ['message.received', translateMessage],
  ['message.delivered', translateMessage],
  ['message.failed', translateMessage],
  ['message.undelivered', translateMessage],

  ['call.started', translateCall],
  ['call.ringing', translateCall],
  ['call.menu.selected', translateCall],
  ['call.answered', translateCall],
  ['call.forwarded', translateCall],
  ['call.missed', translateCall],
  ['call.completed', translateCall],
  ['call.recording.completed', translateCall],
  ['call.voicemail.completed', translateVoicemail],
  ['voicemail.received', translateVoicemail],
  ['call.summary.completed', translateSummary],
  ['callSummary', translateSummary],
  ['summary.ready', translateSummary],
  ['call.transcript.completed', translateTranscript],
  ['callTranscript', translateTranscript],
  ['transcript.ready', translateTranscript],

  ['contact.updated', translateContact],
  ['contact.deleted', translateContact],

  ...taskTranslators,
])
