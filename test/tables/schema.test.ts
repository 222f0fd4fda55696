import type pg from 'pg'
import type { ContactView } from '../../src/tables/contact.ts'
import type { WebhookEventTable } from '../../src/tables/webhook-event.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { projections } from './merge-rules-table.ts'

interface Column {
  name: string
  type: string
  collation: string | null
  nullable: boolean
}

async function columnsOf(pool: pg.Pool, table: string): Promise<Column[]> {
  const { rows } = await pool.query<Column>(
    `select column_name as name, format_type(atttypid, atttypmod) as type, collation_name as collation,
      is_nullable = 'YES' as nullable
    from information_schema.columns
    join pg_attribute on attrelid = format('%I.%I', table_schema, table_name)::regclass and attname = column_name
    where table_schema = 'openphone' and table_name = $1`,
    [table],
  )
  return rows
}

const byName = (columns: Column[]) => Object.fromEntries(columns.map(({ name, type }) => [name, type]))

t.test('the migrated schema', async (t) => {
  const { pool } = await prepareTestDatabase(t)

  for (const [table, columns] of Object.entries(projections)) {
    await t.test(`has the columns of ${table} that its merge rules name, of their types`, async (t) => {
      const found = await columnsOf(pool, table)
      const named = Object.entries(columns).map(([name, { type }]) => [
        name,
        type === 'timestamptz' ? 'timestamp with time zone' : type,
      ])
      t.same(byName(found), { id: 'text', stamps: 'jsonb', ...Object.fromEntries(named) })
    })

    await t.test(`lets everything but the id of ${table} be unknown`, async (t) => {
      const required = (await columnsOf(pool, table)).filter(({ nullable }) => !nullable)
      t.same(required.map(({ name }) => name).sort(), ['id', 'stamps'])
    })

    await t.test(`orders settled text of ${table} by bytes, as the code does`, async (t) => {
      const settledText = Object.entries(columns)
        .filter(([, { rule, type }]) => rule === 'settled' && type === 'text')
        .map(([name]) => name)
      const byBytes = (await columnsOf(pool, table)).filter(({ collation }) => collation === 'C')
      t.same(
        [...settledText, 'id'].filter((name) => !byBytes.some((column) => column.name === name)),
        [],
      )
    })
  }

  await t.test('has the columns of webhook_event that are read and written', async (t) => {
    const expected: Record<keyof WebhookEventTable, string> = {
      id: 'uuid',
      dedupe_key: 'text',
      type: 'text',
      scheme: 'text',
      api_version: 'text',
      provider_event_id: 'text',
      occurred_at: 'timestamp with time zone',
      received_at: 'timestamp with time zone',
      payload: 'json',
      status: 'text',
      attempts: 'integer',
      last_error: 'text',
      processed_at: 'timestamp with time zone',
      failed_at: 'timestamp with time zone',
    }
    t.same(byName(await columnsOf(pool, 'webhook_event')), expected)
  })

  await t.test('has the columns of the view of contacts', async (t) => {
    const ofProfile = { ...byName(await columnsOf(pool, 'contact_profile')) }
    delete ofProfile.stamps
    const found = byName(await columnsOf(pool, 'contact'))
    t.same(found, { ...ofProfile, phone_number: 'text', provider_contact_id: 'text', name: 'text' })
    const typed: Record<keyof ContactView, true> = {
      id: true,
      phone_number: true,
      provider_contact_id: true,
      name: true,
      first_name: true,
      last_name: true,
      company: true,
      role: true,
      location: true,
      source: true,
      external_id: true,
      picture_url: true,
      phone_numbers: true,
      emails: true,
      custom_fields: true,
      notes: true,
      shared_with: true,
      user_id: true,
      org_id: true,
      created_at: true,
      updated_at: true,
      deleted_at: true,
    }
    t.same(Object.keys(found).sort(), Object.keys(typed).sort())
  })

  await t.test('has no table that the types do not know', async (t) => {
    const { rows } = await pool.query<{ tablename: string }>(
      `select tablename from pg_tables where schemaname = 'openphone' and tablename not like 'kysely%'`,
    )
    t.same(rows.map((row) => row.tablename).sort(), [...Object.keys(projections), 'webhook_event'].sort())
  })
})
