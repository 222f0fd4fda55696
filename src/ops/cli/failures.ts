import { countFailures, type Failure, type FailureGroup, groupFailures, readFailures } from '../failures.ts'
import { withSession } from '../session.ts'
import { ageText, countText, shorten } from '../words.ts'
import { exitCodes } from './exit-codes.ts'
import { failureGroupsText } from './status.ts'
import { tableText } from './table.ts'

interface FailuresOptions {
  readonly json?: boolean
  readonly type?: string
  readonly since?: Date
  readonly limit: number
}

interface FailuresReport {
  /** All that match, of which `failures` has the newest. */
  readonly count: number
  readonly groups: readonly FailureGroup[]
  readonly failures: readonly Failure[]
}

export async function failures({ json, type, since, limit }: FailuresOptions): Promise<number> {
  const filter = { type, since }
  const report = await withSession(async ({ db }): Promise<FailuresReport> => {
    const [count, groups, newest] = await Promise.all([
      countFailures(db, filter),
      groupFailures(db, filter),
      readFailures(db, filter, limit),
    ])
    return { count, groups, failures: newest }
  })
  console.log(json ? JSON.stringify(report) : failuresText(report, type))
  return report.count > 0 ? exitCodes.done : exitCodes.nothing
}

function failuresText({ count, groups, failures: newest }: FailuresReport, type?: string): string {
  if (count === 0) return 'No failed event matches.'
  const inGroups = groups.reduce((sum, group) => sum + group.count, 0)
  return [
    `${countText(count, 'failed event')}.`,
    failureGroupsText(groups) + (inGroups < count ? `\n${countText(count - inGroups, 'more', 'more')}` : ''),
    ...(newest.length < count ? [`The newest ${newest.length}:`] : []),
    tableText(
      [
        { title: 'event' },
        { title: 'type' },
        { title: 'failed', right: true },
        { title: 'attempts', right: true },
        { title: 'error' },
      ],
      newest.map(({ eventId, type, ageSeconds, attempts, error }) => [
        eventId,
        type,
        `${ageText(ageSeconds)} ago`,
        String(attempts),
        shorten(error ?? '-', 80),
      ]),
    ),
    `All about one:                    npm run ops -- show ${newest[0]?.eventId ?? '<id>'}
Try them again, once it is mended: npm run ops -- replay --status failed${type === undefined ? '' : ` --type ${type}`}`,
  ].join('\n\n')
}
