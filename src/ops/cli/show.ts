import { registry } from '../../events/index.ts'
import { type EventHistory, readEventHistory } from '../event-history.ts'
import { findEvents } from '../find-events.ts'
import { withSession } from '../session.ts'
import { timeText } from '../words.ts'
import { exitCodes } from './exit-codes.ts'
import { unknownId } from './replay.ts'
import { listText, tableText } from './table.ts'

/** Shows every event that the id names: several deliveries may tell of one event of the provider. */
export async function show(id: string, { json }: { json?: boolean }): Promise<number> {
  const events = await withSession(async ({ db }) => {
    const histories: EventHistory[] = []
    for (const eventId of await findEvents(db, id)) {
      const history = await readEventHistory(db, registry, eventId)
      if (history !== undefined) histories.push(history)
    }
    return histories
  })
  if (events.length === 0) {
    console.error(unknownId(id))
    return exitCodes.nothing
  }
  console.log(json ? JSON.stringify({ events }) : events.map(historyText).join('\n\n\n'))
  return exitCodes.done
}

function historyText({ event, deadLetter, timeline, rows }: EventHistory): string {
  const facts: [string, string | null][] = [
    ['event', event.id],
    ['type', event.type],
    ['status', event.status],
    ['attempts', String(event.attempts)],
    ['error', event.error],
    ['provider event', event.providerEventId],
    ['delivery', event.dedupeKey],
    ['api version', event.apiVersion],
    ['dead letter', deadLetter && `${deadLetter.id} (npm run ops -- replay ${event.id})`],
  ]
  return [
    listText(facts.filter((fact): fact is [string, string] => fact[1] !== null)),
    tableText(
      [{ title: 'time' }, { title: 'what' }, { title: '' }],
      timeline.map(({ at, what, detail }) => [preciseTime(at), what, detail ?? '']),
    ),
    ...rows.map(({ table, id, row }) => `openphone.${table} ${id}: ${rowText(row)}`),
    `payload:\n${JSON.stringify(event.payload, null, 2)}`,
  ].join('\n\n')
}

/** With milliseconds: attempts are a matter of those. */
function preciseTime(time: Date): string {
  return timeText(time).replace('Z', time.toISOString().slice(19))
}

function rowText(row: Readonly<Record<string, unknown>> | null): string {
  if (row === null) return 'not there'
  const known = Object.entries(row).filter(([, value]) => value !== null)
  return `\n${JSON.stringify(Object.fromEntries(known), null, 2)}`
}
