import { another, finding, later } from '../context.ts'
import { consultationSeconds } from '../dialogue.ts'
import { flatSummaryReady, flatTranscriptReady } from '../flat/call-records.ts'
import { flatCallCompleted, flatCallStarted } from '../flat/calls.ts'
import { flatMessageDelivered, flatMessageReceived } from '../flat/messages.ts'
import type { Scenario } from './scenario.ts'

export const newCustomerInquiry: Scenario = {
  name: 'new-customer-inquiry',
  description: 'An unknown number texts, is answered, calls, and is saved as a contact',
  shape: 'flat',
  version: 'flat',
  build(context) {
    const inquiry = later(finding(context, 'none'), -240)
    const answer = another(later(inquiry, 25), 'messageId')
    const ring = later(inquiry, 60)
    // Before the call ends, somebody saves the number as a contact.
    const hangUp = later(finding(ring, 'matched'), consultationSeconds(context))
    const confirmation = another(context, 'messageId')
    return [
      flatMessageReceived(inquiry),
      flatMessageDelivered(answer),
      flatCallStarted(ring),
      flatCallCompleted(hangUp),
      flatTranscriptReady(later(hangUp, 20)),
      flatSummaryReady(later(hangUp, 35)),
      flatMessageDelivered(confirmation),
    ]
  },
}
