import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'

/** An event's body as it was received, to the byte; undefined when there is no event of that id. */
export async function readPayloadText(db: Kysely<Database>, eventId: string): Promise<string | undefined> {
  const { rows } = await sql<{ text: string }>`
    select payload::text as text from openphone.webhook_event where id = ${eventId}::uuid
  `.execute(db)
  return rows[0]?.text
}
