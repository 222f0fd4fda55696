import { timeIn } from '../context.ts'
import { consultationSeconds } from '../dialogue.ts'
import { currentVersion, type Envelope, type Fields, type Sample, type SampleContext } from '../sample.ts'
import { callEvent, ringingEvent } from './call-context.ts'

// Every builder takes fields that override the resource's own, so that a story can keep the moments of one
// call in step. Left alone, each supposes that its event happens now and the call rang a little before.

export function callRinging(context: SampleContext, fields: Fields = {}): Envelope {
  return ringingEvent(context, 'call.ringing', {
    id: context.objects.callId,
    direction: 'incoming',
    createdAt: timeIn(context),
    updatedAt: timeIn(context),
    ...fields,
  })
}

export function callMenuSelected(context: SampleContext, fields: Fields = {}): Envelope {
  const choice = context.pick(context.business.menu, 'menu choice')
  return callEvent(context, 'call.menu.selected', {
    id: context.objects.callId,
    createdAt: timeIn(context, -6),
    updatedAt: timeIn(context),
    phoneMenuSelection: choice.digit,
    phoneMenuSelectionName: choice.name,
    statusReason: 'menu-option-selected',
    ...fields,
  })
}

export function callAnswered(context: SampleContext, fields: Fields = {}): Envelope {
  return callEvent(context, 'call.answered', {
    id: context.objects.callId,
    direction: 'incoming',
    createdAt: timeIn(context, -9),
    answeredAt: timeIn(context),
    answeredByUserId: context.business.userId,
    updatedAt: timeIn(context),
    ...fields,
  })
}

export function callForwarded(context: SampleContext, fields: Fields = {}): Envelope {
  return callEvent(context, 'call.forwarded', {
    id: context.objects.callId,
    createdAt: timeIn(context, -15),
    updatedAt: timeIn(context),
    forwardedFrom: context.business.phoneNumber,
    forwardedTo: context.business.colleaguePhoneNumber,
    ...fields,
  })
}

/** Says no more than that nobody picked up. */
export function callMissed(context: SampleContext, fields: Fields = {}): Envelope {
  return callEvent(context, 'call.missed', {
    id: context.objects.callId,
    createdAt: timeIn(context, -30),
    updatedAt: timeIn(context),
    ...fields,
  })
}

export function callCompleted(context: SampleContext, fields: Fields = {}): Envelope {
  const duration = consultationSeconds(context)
  return callEvent(context, 'call.completed', {
    id: context.objects.callId,
    direction: 'incoming',
    status: 'answered',
    createdAt: timeIn(context, -duration - 9),
    answeredAt: timeIn(context, -duration),
    completedAt: timeIn(context),
    updatedAt: timeIn(context),
    duration,
    hasVoicemail: false,
    ...fields,
  })
}

const shape = 'current'
const version = currentVersion

export const currentCalls: readonly Sample[] = [
  { type: 'call.ringing', shape, version, build: callRinging },
  { type: 'call.menu.selected', shape, version, build: callMenuSelected },
  { type: 'call.answered', shape, version, build: callAnswered },
  { type: 'call.forwarded', shape, version, build: callForwarded },
  { type: 'call.missed', shape, version, build: callMissed },
  { type: 'call.completed', shape, version, build: callCompleted },
]
