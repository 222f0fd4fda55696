import { finding, later, timeIn } from '../context.ts'
import { callCompleted, callMenuSelected, callMissed, callRinging } from '../current/calls.ts'
import { messageReceived } from '../current/messages.ts'
import { taskEvent } from '../current/tasks.ts'
import { currentVersion } from '../sample.ts'
import type { Scenario } from './scenario.ts'

export const urgentMissedCall: Scenario = {
  name: 'urgent-missed-call',
  description: 'A known customer picks a menu option, nobody answers, and a text and a task follow',
  shape: 'current',
  version: currentVersion,
  build(context) {
    // The contacts could not be searched while the call came in. The customer is no stranger for that.
    const ring = later(finding(context, 'unavailable'), -120)
    const call = { createdAt: timeIn(ring) }
    const end = later(ring, 36)
    return [
      callRinging(ring),
      callMenuSelected(later(ring, 6), call),
      callMissed(end, call),
      callCompleted(end, { ...call, status: 'unanswered', answeredAt: null, duration: null }),
      messageReceived(later(context, -60), {
        text: 'Just tried to call – it is URGENT, please ring me back 🚨',
      }),
      taskEvent(context, 'task.created', {
        title: `Call ${context.customer.firstName} back`,
        description: 'Missed call, then a text: urgent.',
        dueDate: timeIn(context, 900),
      }),
    ]
  },
}
