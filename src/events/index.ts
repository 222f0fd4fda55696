import { translators } from '../openphone/index.ts'
import { upsertCalls } from '../tables/call.ts'
import { upsertContactNumbers } from '../tables/contact-number.ts'
import { upsertContactProfiles } from '../tables/contact-profile.ts'
import { upsertMessages } from '../tables/message.ts'
import { upsertTasks } from '../tables/task.ts'
import { upsertVoicemails } from '../tables/voicemail.ts'
import type { Registry } from './registry.ts'

/** Every event type of every generation, and the handlers that write what they say. */
export const registry: Registry = {
  translators,
  handlers: [
    { kind: 'message', apply: upsertMessages },
    { kind: 'call', apply: upsertCalls },
    { kind: 'voicemail', apply: upsertVoicemails },
    { kind: 'task', apply: upsertTasks },
    { kind: 'contact_profile', apply: upsertContactProfiles },
    { kind: 'contact_number', apply: upsertContactNumbers },
  ],
}
