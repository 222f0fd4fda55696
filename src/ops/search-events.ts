import { type Kysely, sql } from 'kysely'
import type { Database } from '../tables/database.ts'
import { findEvents } from './find-events.ts'
import { type KnownObject, readKnownObjects } from './known-objects.ts'
import {
  type EventPage,
  type ListedEvent,
  type ListFilter,
  listEvents,
  listedColumns,
  matchCondition,
  type PageOptions,
  rangeCondition,
} from './list-events.ts'
import type { Search } from './search.ts'

/** Events about an object are looked for from just before its times, as clocks differ, until the third delivery. */
const BEFORE_MS = 5_000
const AFTER_MS = 10 * 60_000

/** Events looked at around the times of objects, all together. */
const NEAR_EXAMINED = 5_000

/** Between texts that are handed over as one; no id has it. */
const SEPARATOR = '\x1f'

/**
 * Finds events by a phone number or an id. No index leads from a number to the events that speak of it, and one
 * over payloads would slow every delivery down. So the payloads of the newest events are read, a page at a time, as
 * in any list; and the first page adds, of all the events before those:
 * - those that the id names: as their own, their delivery's (`webhook-id`) or the provider's of the event;
 * - those that arrived within ten minutes of what is known (through indexes) of the number's newest messages,
 *   calls and voicemails, or of the object with the id;
 * - the newest failures that contain it.
 *
 * A page may thus hold more than `limit`, and later pages may hold events of the first one again.
 */
export async function searchEvents(
  db: Kysely<Database>,
  search: Search,
  filter: ListFilter,
  page: PageOptions,
): Promise<EventPage> {
  const containing = { ...filter, containing: search.text }
  if (page.after !== undefined) return listEvents(db, containing, page)
  const isByFailure = filter.status === 'failed'
  const [scanned, named, near, failures] = await Promise.all([
    listEvents(db, containing, page),
    search.kind === 'id' ? findNamed(db, search.text, filter) : [],
    isByFailure ? [] : findNear(db, search, filter),
    isByFailure || filter.status !== undefined ? [] : findFailures(db, containing, page),
  ])
  return { ...scanned, events: merge([scanned.events, named, near, failures], isByFailure) }
}

async function findNamed(db: Kysely<Database>, id: string, filter: ListFilter): Promise<ListedEvent[]> {
  const ids = await findEvents(db, id)
  if (ids.length === 0) return []
  const { rows } = await sql<ListedEvent>`
    select ${listedColumns} from openphone.webhook_event
    where id = any (${ids}::uuid[]) and ${rangeCondition(filter)} and ${matchCondition(filter)}
  `.execute(db)
  return rows
}

async function findNear(db: Kysely<Database>, search: Search, filter: ListFilter): Promise<ListedEvent[]> {
  const windows = windowsOf(await readKnownObjects(db, search))
  if (windows.length === 0) return []
  const texts = windows.map(({ ids }) => [search.text, ...ids].join(SEPARATOR))
  const each = Math.floor(NEAR_EXAMINED / windows.length)
  const { rows } = await sql<ListedEvent>`
    select ${listedColumns}
    from unnest(
      ${windows.map(({ from }) => from)}::timestamptz[],
      ${windows.map(({ to }) => to)}::timestamptz[],
      ${texts}::text[]
    ) as around (begins, ends, texts)
    cross join lateral (
      select * from openphone.webhook_event
      where id >= openphone.uuid_floor(around.begins) and id < openphone.uuid_floor(around.ends)
        and ${rangeCondition(filter)}
      order by id
      limit ${each}
    ) as event
    where ${matchCondition(filter)}
      and exists (
        select from unnest(string_to_array(around.texts, ${SEPARATOR})) as sought
        where strpos(event.payload::text, sought) > 0
      )
  `.execute(db)
  return rows
}

async function findFailures(
  db: Kysely<Database>,
  filter: ListFilter,
  { limit }: PageOptions,
): Promise<ListedEvent[]> {
  // By the times of arrival here, as all else in this list, and not by those of the failure.
  const { since, until, ...others } = filter
  const { events } = await listEvents(db, { ...others, status: 'failed' }, { limit })
  return events.filter(({ receivedAt }) => (!since || receivedAt >= since) && (!until || receivedAt < until))
}

interface Window {
  readonly from: Date
  readonly to: Date
  /** Of the objects with a time in it. */
  readonly ids: ReadonlySet<string>
}

/** Spans around the times of objects, in order, those that overlap joined. */
function windowsOf(objects: readonly KnownObject[]): Window[] {
  const moments = objects.flatMap(({ id, times }) => times.map((time) => ({ id, ms: time.getTime() })))
  const windows: Window[] = []
  for (const { id, ms } of moments.toSorted((a, b) => a.ms - b.ms)) {
    const window = { from: new Date(ms - BEFORE_MS), to: new Date(ms + AFTER_MS), ids: new Set([id]) }
    const last = windows.at(-1)
    if (last === undefined || last.to < window.from) windows.push(window)
    else windows[windows.length - 1] = { ...window, from: last.from, ids: new Set([...last.ids, id]) }
  }
  return windows
}

/** Each event once, the newest first. Ids are in the order of arrival. */
function merge(lists: readonly (readonly ListedEvent[])[], isByFailure: boolean): ListedEvent[] {
  const byId = new Map(lists.flat().map((event) => [event.id, event]))
  const key = ({ id, failedAt }: ListedEvent) => (isByFailure ? `${failedAt?.toISOString()} ${id}` : id)
  return [...byId.values()].toSorted((a, b) => (key(a) < key(b) ? 1 : -1))
}
