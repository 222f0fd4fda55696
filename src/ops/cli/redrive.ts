import type { PgBoss } from 'pg-boss'
import { DEAD_QUEUE, EVENTS_QUEUE } from '../../queue/names.ts'
import { redriveDeadLetters } from '../redrive.ts'
import { withSession } from '../session.ts'
import { countText } from '../words.ts'
import { isConfirmed } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { Progress } from './progress.ts'

interface RedriveCommandOptions {
  readonly json?: boolean
  readonly limit?: number
  readonly dryRun?: boolean
  readonly yes?: boolean
}

/** As far as pg-boss counts. */
const PREVIEW_MAX = 100_000

export async function redrive({ json, limit, dryRun = false, yes }: RedriveCommandOptions): Promise<number> {
  return withSession(async ({ db, signal, openBoss }) => {
    const boss = await openBoss()
    const matched = await countDeadLetters(boss, limit)
    const tell = (moved: number, settled: number, text: string) =>
      console.log(json ? JSON.stringify({ matched, moved, settled, dryRun }) : text)
    if (matched === 0) {
      tell(0, 0, `There is no dead letter in ${DEAD_QUEUE}.`)
      return exitCodes.nothing
    }
    const letters = `${countText(matched, 'dead letter')}${matched === PREVIEW_MAX ? ' or more' : ''}`
    if (dryRun) {
      tell(0, 0, `Would move ${letters} back to ${EVENTS_QUEUE}.`)
      return exitCodes.done
    }
    if (!(await isConfirmed({ what: `Move ${letters} back to ${EVENTS_QUEUE}`, yes, json }))) {
      return exitCodes.nothing
    }
    const progress = new Progress('Moving', matched)
    const { moved, settled } = await redriveDeadLetters(db, boss, {
      limit,
      signal,
      onBatch: (soFar) => progress.show(soFar.moved + soFar.settled),
    })
    progress.end()
    const removed =
      settled > 0
        ? ` ${countText(settled, 'more was', 'more were')} removed: ${settled === 1 ? 'its event is' : 'their events are'} done, waiting or gone.`
        : ''
    tell(moved, settled, `Moved ${countText(moved, 'dead letter')} back to ${EVENTS_QUEUE}.${removed}`)
    return signal.aborted ? exitCodes.interrupted : exitCodes.done
  })
}

async function countDeadLetters(boss: PgBoss, limit = PREVIEW_MAX): Promise<number> {
  const preview = await boss.previewRedrive(DEAD_QUEUE, {
    sourceName: EVENTS_QUEUE,
    limit: Math.min(limit, PREVIEW_MAX),
  })
  return preview.total - preview.unroutable
}
