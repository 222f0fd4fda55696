import { timeIn } from '../context.ts'
import { consultationSeconds, dialogueOf } from '../dialogue.ts'
import { currentVersion, type Envelope, type Fields, type Sample, type SampleContext } from '../sample.ts'
import { callEvent } from './call-context.ts'

// What becomes of a call after it: recording, summary, transcript, voicemail.

export function callRecordingCompleted(context: SampleContext, fields: Fields = {}): Envelope {
  const duration = consultationSeconds(context)
  const { callId, recordingId } = context.objects
  // Recordings are ready some seconds after the call.
  const ended = -12
  return callEvent(context, 'call.recording.completed', {
    id: callId,
    direction: 'incoming',
    createdAt: timeIn(context, ended - duration - 9),
    answeredAt: timeIn(context, ended - duration),
    completedAt: timeIn(context, ended),
    updatedAt: timeIn(context),
    duration,
    recordings: [
      {
        id: recordingId,
        duration,
        startTime: timeIn(context, ended - duration),
        type: 'audio/mpeg',
        url: `https://recordings.example.com/${recordingId}.mp3`,
      },
    ],
    ...fields,
  })
}

/** Names its call by `callId`; there is no `id`. */
export function callSummaryCompleted(context: SampleContext, fields: Fields = {}): Envelope {
  const { business, customer, objects } = context
  return callEvent(context, 'call.summary.completed', {
    callId: objects.callId,
    processingStatus: 'completed',
    summary: business.consultation.summary,
    nextSteps: business.consultation.nextSteps,
    fromPhoneNumber: customer.phoneNumber,
    handledByAiAgent: false,
    answeredByUserId: business.userId,
    jobs: [
      {
        icon: '📋',
        name: 'Lead details',
        result: {
          data: [
            { name: 'Caller', value: `${customer.firstName} ${customer.lastName}` },
            { name: 'Follow-ups', value: business.consultation.nextSteps.length },
            { name: 'Asked for a call back', value: false },
          ],
        },
      },
    ],
    ...fields,
  })
}

export function callTranscriptCompleted(context: SampleContext, fields: Fields = {}): Envelope {
  const duration = consultationSeconds(context)
  return callEvent(context, 'call.transcript.completed', {
    callId: context.objects.callId,
    createdAt: timeIn(context, -duration - 40),
    duration,
    processingStatus: 'completed',
    dialogue: dialogueOf(context),
    ...fields,
  })
}

/** The voicemail is an activity with an id of its own; `callId` names the call it was left on. */
export function callVoicemailCompleted(context: SampleContext, fields: Fields = {}): Envelope {
  const { business, customer, objects } = context
  return callEvent(context, 'call.voicemail.completed', {
    id: objects.voicemailActivityId,
    voicemailId: objects.voicemailId,
    callId: objects.callId,
    direction: 'incoming',
    duration: 24,
    from: customer.phoneNumber,
    to: business.phoneNumber,
    transcript: context.pick(business.voicemails, 'voicemail'),
    recordingUrl: `https://recordings.example.com/${objects.voicemailId}.mp3`,
    createdAt: timeIn(context, -30),
    updatedAt: timeIn(context),
    ...fields,
  })
}

const shape = 'current'
const version = currentVersion

export const currentCallRecords: readonly Sample[] = [
  { type: 'call.recording.completed', shape, version, build: callRecordingCompleted },
  { type: 'call.summary.completed', shape, version, build: callSummaryCompleted },
  { type: 'call.transcript.completed', shape, version, build: callTranscriptCompleted },
  { type: 'call.voicemail.completed', shape, version, build: callVoicemailCompleted },
]
