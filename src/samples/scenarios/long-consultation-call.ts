import { later, timeIn } from '../context.ts'
import {
  callRecordingCompleted,
  callSummaryCompleted,
  callTranscriptCompleted,
} from '../current/call-records.ts'
import { callAnswered, callCompleted, callRinging } from '../current/calls.ts'
import { spokenLines } from '../dialogue.ts'
import { currentVersion, type Fields, type SampleContext } from '../sample.ts'
import type { Scenario } from './scenario.ts'

const durationSeconds = 31 * 60

export const longConsultationCall: Scenario = {
  name: 'long-consultation-call',
  description: 'Half an hour on the phone, then its recording, summary and transcript',
  shape: 'current',
  version: currentVersion,
  build(context) {
    const { objects } = context
    const hangUp = later(context, -180)
    const answer = later(hangUp, -durationSeconds)
    const ring = later(answer, -11)
    const call = { createdAt: timeIn(ring), answeredAt: timeIn(answer) }
    const ended = { ...call, completedAt: timeIn(hangUp), duration: durationSeconds }
    const recording = {
      id: objects.recordingId,
      duration: durationSeconds,
      startTime: timeIn(answer),
      type: 'audio/mpeg',
      url: `https://recordings.example.com/${objects.recordingId}.mp3`,
    }
    return [
      callRinging(ring),
      callAnswered(answer, call),
      callCompleted(hangUp, ended),
      callRecordingCompleted(later(hangUp, 25), { ...ended, recordings: [recording] }),
      callSummaryCompleted(later(hangUp, 90)),
      callTranscriptCompleted(context, {
        createdAt: timeIn(ring),
        duration: durationSeconds,
        dialogue: spreadDialogue(context),
      }),
    ]
  },
}

/** The turning points of the talk, spread over its whole length. */
function spreadDialogue(context: SampleContext): Fields[] {
  const { business, customer } = context
  const lines = spokenLines(context)
  const stepSeconds = Math.floor(durationSeconds / lines.length)
  return lines.map(({ speaker, content, start, end }, index) => ({
    userId: speaker === 'business' ? business.userId : null,
    identifier: speaker === 'customer' ? customer.phoneNumber : null,
    content,
    start: index * stepSeconds,
    end: index * stepSeconds + (end - start),
  }))
}
