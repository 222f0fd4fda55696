import { another, later, timeIn } from '../context.ts'
import { consultationSeconds } from '../dialogue.ts'
import { flatSummaryReady, flatVoicemailReceived } from '../flat/call-records.ts'
import { flatCallCompleted, flatCallMissed, flatCallStarted } from '../flat/calls.ts'
import { flatMessageDelivered, flatMessageReceived } from '../flat/messages.ts'
import type { Scenario } from './scenario.ts'

export const existingCustomerFollowUp: Scenario = {
  name: 'existing-customer-follow-up',
  description: 'A known customer replies to a reminder, calls in vain, leaves a voicemail and is called back',
  shape: 'flat',
  version: 'flat',
  build(context) {
    const { business, customer } = context
    const reminder = later(context, -280)
    const reply = another(later(reminder, 30), 'messageId')
    const missed = later(reply, 60)
    const callBack = another(later(missed, 70), 'callId')
    const hangUp = later(callBack, consultationSeconds(context))
    const outbound = { from: business.phoneNumber, to: customer.phoneNumber, direction: 'outbound' }
    return [
      flatMessageDelivered(reminder),
      flatMessageReceived(reply, { body: 'Yes please, same time as always. ¡Gracias! 🙏' }),
      flatCallMissed(missed),
      // In this shape a transcript may also be plain text.
      flatVoicemailReceived(later(missed, 30), {
        transcript: context.pick(business.voicemails, 'voicemail'),
      }),
      flatCallStarted(callBack, outbound),
      flatCallCompleted(hangUp, { ...outbound, startedAt: timeIn(callBack), recording: null }),
      flatSummaryReady(later(hangUp, 30)),
    ]
  },
}
