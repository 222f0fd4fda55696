import { contactLife } from './contact-life.ts'
import { detailedVoicemail } from './detailed-voicemail.ts'
import { existingCustomerFollowUp } from './existing-customer-follow-up.ts'
import { longConsultationCall } from './long-consultation-call.ts'
import { newCustomerInquiry } from './new-customer-inquiry.ts'
import type { Scenario } from './scenario.ts'
import { taskLife } from './task-life.ts'
import { urgentMissedCall } from './urgent-missed-call.ts'

export type { Scenario } from './scenario.ts'

export const scenarios: readonly Scenario[] = [
  newCustomerInquiry,
  existingCustomerFollowUp,
  urgentMissedCall,
  detailedVoicemail,
  longConsultationCall,
  contactLife,
  taskLife,
]
