import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/**
 * The events that an id names, the newest first: by the event's own id, by what the provider calls the
 * delivery (`webhook-id`) or the event (`EV…`). Several deliveries may tell of one event of the provider.
 * Each is looked up through an index.
 * @returns ids of `webhook_event`; none when nothing has that id.
 */
export async function findEvents(db: Kysely<Database>, id: string): Promise<string[]> {
  if (UUID.test(id)) {
    const { rows } = await sql<{ id: string }>`
      select id from openphone.webhook_event where id = ${id}::uuid
    `.execute(db)
    if (rows[0] !== undefined) return [rows[0].id]
  }
  // What no text column can hold names nothing.
  if (id.includes('\0')) return []
  const keys = ['standard', 'legacy', 'hex'].map((scheme) => `${scheme}:${id}`)
  const { rows } = await sql<{ id: string }>`
    select id from openphone.webhook_event where dedupe_key = any (${keys}::text[])
    union
    select id from openphone.webhook_event where provider_event_id = ${id}
    order by id desc
  `.execute(db)
  return rows.map((row) => row.id)
}
