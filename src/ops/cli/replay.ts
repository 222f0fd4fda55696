import type { EventStatus } from '../../tables/webhook-event.ts'
import { UsageError } from '../../trigger/usage-error.ts'
import { findEvents } from '../find-events.ts'
import { type Replayed, replayEvents } from '../replay-events.ts'
import { countMatching, fixFilter, replayMatching } from '../replay-matching.ts'
import { type Session, withSession } from '../session.ts'
import { countText } from '../words.ts'
import { readLiveWorkers } from '../workers.ts'
import { isConfirmed } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { Progress } from './progress.ts'

interface ReplayCommandOptions {
  readonly json?: boolean
  readonly type?: string
  readonly status?: EventStatus
  readonly since?: Date
  readonly until?: Date
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/** More than these are not replayed by a filter without being asked for again. */
const UNASKED = 100

export async function replay(ids: readonly string[], options: ReplayCommandOptions): Promise<number> {
  const { type, status, since, until } = options
  const isFiltered = [type, status, since, until].some((value) => value !== undefined)
  if (ids.length === 0 && !isFiltered) {
    throw new UsageError('Which events? Give their ids, or a filter such as --status failed.')
  }
  if (ids.length > 0 && isFiltered) throw new UsageError('Give either ids or a filter, not both.')
  if (since && until && since >= until) throw new UsageError('--since must be before --until.')
  return withSession((session) =>
    ids.length > 0 ? replayIds(session, ids, options) : replayFiltered(session, options),
  )
}

async function replayIds(
  { db, notify, signal }: Session,
  names: readonly string[],
  options: ReplayCommandOptions,
): Promise<number> {
  const ids = new Set<string>()
  for (const name of names) {
    const found = await findEvents(db, name)
    if (found.length === 0) {
      console.error(`${unknownId(name)} Nothing was replayed.`)
      return exitCodes.nothing
    }
    for (const id of found) ids.add(id)
  }
  if (options.dryRun) return tellDryRun(ids.size, options)
  const progress = new Progress('Replaying', ids.size)
  const replayed = await replayEvents(db, ids, {
    notify,
    signal,
    onBatch: (soFar) => progress.show(soFar.replayed),
  })
  progress.end()
  return tellReplayed({ db, signal }, ids.size, replayed, options)
}

async function replayFiltered(session: Session, options: ReplayCommandOptions): Promise<number> {
  const { db, notify, signal } = session
  const { type, status = 'failed', since, until } = options
  const filter = await fixFilter(db, { status, type, since, until })
  const matched = await countMatching(db, filter)
  if (matched === 0 || options.dryRun) return tellDryRun(matched, options)
  const what = `Replay ${countText(matched, `${status} event`)}`
  if (matched > UNASKED && !(await isConfirmed({ ...ask(options), what }))) return exitCodes.nothing
  const progress = new Progress('Replaying', matched)
  const replayed = await replayMatching(db, filter, {
    notify,
    signal,
    onBatch: (soFar) => progress.show(soFar.replayed),
  })
  progress.end()
  return tellReplayed(session, matched, replayed, options)
}

function ask({ yes, json }: ReplayCommandOptions) {
  return { yes, json }
}

function tellDryRun(matched: number, { json, dryRun = false }: ReplayCommandOptions): number {
  const report = { matched, replayed: 0, alreadyWaiting: 0, missing: 0, dryRun }
  if (json) console.log(JSON.stringify(report))
  else if (matched === 0) console.log('No event matches.')
  else console.log(`Would replay ${countText(matched, 'event')}.`)
  return matched > 0 ? exitCodes.done : exitCodes.nothing
}

async function tellReplayed(
  { db, signal }: Pick<Session, 'db' | 'signal'>,
  matched: number,
  replayed: Replayed,
  { json }: ReplayCommandOptions,
): Promise<number> {
  if (json) console.log(JSON.stringify({ matched, ...replayed, dryRun: false }))
  else {
    const { replayed: count, alreadyWaiting, missing } = replayed
    const waiting =
      alreadyWaiting > 0 ? `, of which ${alreadyWaiting.toLocaleString('en-US')} waited already` : ''
    const gone = missing > 0 ? ` ${countText(missing, 'event')} had gone meanwhile.` : ''
    console.log(`Replayed ${countText(count, 'event')}${waiting}.${gone}`)
  }
  if ((await readLiveWorkers(db)).length === 0) {
    console.error('No worker is running: the events wait until one is started (npm run worker).')
  }
  return signal.aborted ? exitCodes.interrupted : exitCodes.done
}

export function unknownId(id: string): string {
  return `No event has the id ${JSON.stringify(id)}: not as its own, its delivery's (webhook-id) or the provider's (EV…).`
}
