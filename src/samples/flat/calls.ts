import { timeIn } from '../context.ts'
import { consultationSeconds } from '../dialogue.ts'
import type { Envelope, Fields, Sample, SampleContext } from '../sample.ts'
import { flatContact, unixTimestamp } from './parts.ts'

export function flatCallStarted(context: SampleContext, fields: Fields = {}): Envelope {
  return callEvent(context, 'call.started', {
    status: 'ringing',
    startedAt: timeIn(context),
    phoneNumber: context.business.phoneNumber,
    ...fields,
  })
}

export function flatCallCompleted(context: SampleContext, fields: Fields = {}): Envelope {
  const duration = consultationSeconds(context)
  const { recordingId } = context.objects
  return callEvent(context, 'call.completed', {
    status: 'completed',
    duration,
    startedAt: timeIn(context, -duration),
    completedAt: timeIn(context),
    recording: {
      id: recordingId,
      url: `https://recordings.example.com/${recordingId}.mp3`,
      duration,
    },
    ...fields,
  })
}

export function flatCallMissed(context: SampleContext, fields: Fields = {}): Envelope {
  return callEvent(context, 'call.missed', {
    status: 'missed',
    duration: 0,
    startedAt: timeIn(context, -30),
    missedAt: timeIn(context),
    ...fields,
  })
}

function callEvent(context: SampleContext, type: string, fields: Fields): Envelope {
  const { business, customer, objects } = context
  return {
    type,
    data: {
      callId: objects.callId,
      from: customer.phoneNumber,
      to: business.phoneNumber,
      direction: 'inbound',
      contact: flatContact(context),
      ...fields,
    },
    timestamp: unixTimestamp(context),
  }
}

const shape = 'flat'
const version = 'flat'

export const flatCalls: readonly Sample[] = [
  { type: 'call.started', shape, version, build: flatCallStarted },
  { type: 'call.completed', shape, version, build: flatCallCompleted },
  { type: 'call.missed', shape, version, build: flatCallMissed },
]
