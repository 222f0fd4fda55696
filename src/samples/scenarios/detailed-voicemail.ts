import { later, timeIn } from '../context.ts'
import { callVoicemailCompleted } from '../current/call-records.ts'
import { callCompleted, callMissed, callRinging } from '../current/calls.ts'
import { currentVersion } from '../sample.ts'
import type { Scenario } from './scenario.ts'

export const detailedVoicemail: Scenario = {
  name: 'detailed-voicemail',
  description: 'A missed call with a long voicemail; its transcript comes in a second event',
  shape: 'current',
  version: currentVersion,
  build(context) {
    const ring = later(context, -180)
    const end = later(ring, 110)
    const call = { createdAt: timeIn(ring) }
    const voicemail = { createdAt: timeIn(end), duration: 78 }
    return [
      callRinging(ring),
      callMissed(later(ring, 30), call),
      callCompleted(end, {
        ...call,
        status: 'unanswered',
        answeredAt: null,
        duration: null,
        hasVoicemail: true,
      }),
      callVoicemailCompleted(later(end, 8), { ...voicemail, transcript: null }),
      callVoicemailCompleted(context, { ...voicemail, transcript: context.business.voicemails[0] }),
    ]
  },
}
