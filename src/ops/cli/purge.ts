import { countPurgeable, purgeEvents } from '../../retention/purge-events.ts'
import { withSession } from '../session.ts'
import { ageText, countText } from '../words.ts'
import { isConfirmed } from './confirm.ts'
import { exitCodes } from './exit-codes.ts'
import { Progress } from './progress.ts'

interface PurgeCommandOptions {
  readonly json?: boolean
  /** In seconds. */
  readonly olderThan: number
  readonly dryRun?: boolean
  readonly yes?: boolean
}

export async function purge({ json, olderThan, dryRun = false, yes }: PurgeCommandOptions): Promise<number> {
  return withSession(async ({ db, signal }) => {
    const matched = await countPurgeable(db, olderThan)
    const tell = (removed: number, text: string) =>
      console.log(json ? JSON.stringify({ matched, removed, dryRun }) : text)
    const events = `${countText(matched, 'processed or ignored event')} older than ${ageText(olderThan)}`
    if (matched === 0) {
      tell(0, `There is no processed or ignored event older than ${ageText(olderThan)}.`)
      return exitCodes.nothing
    }
    if (dryRun) {
      tell(0, `Would remove ${events}.`)
      return exitCodes.done
    }
    if (!(await isConfirmed({ what: `Remove ${events}`, yes, json }))) return exitCodes.nothing
    const progress = new Progress('Removing', matched)
    const removed = await purgeEvents(db, {
      olderThanSeconds: olderThan,
      signal,
      onBatch: (soFar) => progress.show(soFar),
    })
    progress.end()
    tell(removed, `Removed ${countText(removed, 'event')}. The rows they made are still there.`)
    return signal.aborted ? exitCodes.interrupted : exitCodes.done
  })
}
