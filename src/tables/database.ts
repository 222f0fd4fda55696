import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import type { CallTable } from './call.ts'
import type { ContactView } from './contact.ts'
import type { ContactNumberTable } from './contact-number.ts'
import type { ContactProfileTable } from './contact-profile.ts'
import type { MessageTable } from './message.ts'
import type { TaskTable } from './task.ts'
import type { VoicemailTable } from './voicemail.ts'
import type { WebhookEventTable } from './webhook-event.ts'

/** The tables and views of schema `openphone`. A test holds these types against the migrated schema. */
export interface Database {
  webhook_event: WebhookEventTable
  message: MessageTable
  call: CallTable
  voicemail: VoicemailTable
  task: TaskTable
  contact_number: ContactNumberTable
  contact_profile: ContactProfileTable
  contact: ContactView
}

/** Kysely over a pool that stays the caller's; destroying it ends the pool. */
export function createDatabase(pool: PostgresPool): Kysely<Database> {
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) }).withSchema('openphone')
}
