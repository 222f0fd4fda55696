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
    { kind: 'message', upsert: upsertMessages },
    { kind: 'call', upsert: upsertCalls },
    { kind: 'voicemail', upsert: upsertVoicemails },
    { kind: 'task', upsert: upsertTasks },
    { kind: 'contact_profile', upsert: upsertContactProfiles },
    { kind: 'contact_number', upsert: upsertContactNumbers },
  ],
}
