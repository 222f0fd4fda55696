import { withSession } from '../session.ts'
import { readStatus, type StatusReport } from '../status.ts'
import { ageText, durationText, shorten } from '../words.ts'
import { exitCodes } from './exit-codes.ts'
import { tableText } from './table.ts'

export async function status({ json }: { json?: boolean }): Promise<number> {
  const report = await withSession(({ db }) => readStatus(db))
  console.log(json ? JSON.stringify(report) : statusText(report))
  return exitCodes.done
}

function statusText({ sentence, backlog, throughput, failures }: StatusReport): string {
  const parts = [
    sentence,
    tableText(
      [
        { title: 'queue' },
        { title: 'state' },
        { title: 'jobs', right: true },
        { title: 'oldest', right: true },
      ],
      backlog.map(({ queue, state, jobs, oldestAgeSeconds }) => [
        queue,
        state,
        jobs.toLocaleString('en-US'),
        oldestAgeSeconds === null ? '-' : ageText(oldestAgeSeconds),
      ]),
    ),
    tableText(
      [
        { title: 'minute (UTC)' },
        ...['received', 'processed', 'failed', 'lag p50', 'lag p99'].map((title) => ({ title, right: true })),
      ],
      throughput.map((minute, index) => [
        `${minute.minute.toISOString().slice(11, 16)}${index === 0 ? ' so far' : ''}`,
        minute.received.toLocaleString('en-US'),
        minute.processed.toLocaleString('en-US'),
        minute.failed.toLocaleString('en-US'),
        durationText(minute.lagP50Seconds),
        durationText(minute.lagP99Seconds),
      ]),
    ),
  ]
  if (failures.length > 0) {
    parts.push(failureGroupsText(failures), 'What failed, and what to do about it: npm run ops -- failures')
  }
  return parts.join('\n\n')
}

/** How many failures of which type and error. */
export function failureGroupsText(groups: StatusReport['failures']): string {
  const now = Date.now()
  return tableText(
    [{ title: 'failed', right: true }, { title: 'type' }, { title: 'newest' }, { title: 'error' }],
    groups.map(({ count, type, error, lastFailedAt }) => [
      count.toLocaleString('en-US'),
      type,
      `${ageText((now - lastFailedAt.getTime()) / 1000)} ago`,
      shorten(error ?? '-', 100),
    ]),
  )
}
