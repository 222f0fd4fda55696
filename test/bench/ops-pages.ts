import type { OpsApplication } from './ops-application.ts'
import { ANSWER_LIMIT_MS, type OpsFigure } from './ops-figure.ts'
import { CUSTOMERS } from './ops-fill.ts'
import { median } from './statistics.ts'

/** A page that was slow is asked for again: others use the machine too, and once may be their doing. */
const REPETITIONS = 5

const someNumber = `%2B1555${String(CUSTOMERS / 2).padStart(7, '0')}`

const LISTS: Readonly<Record<string, string>> = {
  'all events': 'limit=200',
  'status=failed': 'status=failed&limit=200',
  'status=failed&type=nobody.has.it': 'status=failed&type=nobody.has.it',
  'status=ignored': 'status=ignored',
  'type=nobody.has.it': 'type=nobody.has.it',
  'a number': `search=${someNumber}`,
  'a number among failed events': `search=${someNumber}&status=failed`,
  'an id that nobody has': 'search=EV00000000000000000000000000000000',
}

interface Page {
  readonly events: readonly unknown[]
  readonly next: string | null
}

/** Reads each list from its first page to its last, and tells of its slowest page. */
export async function walkLists(
  application: OpsApplication,
  tell: (figure: OpsFigure) => void,
): Promise<void> {
  for (const [label, query] of Object.entries(LISTS)) {
    let [pages, events, slowest, last] = [0, 0, 0, 0]
    let cursor: string | null = ''
    while (cursor !== null) {
      const path: string = `events?${query}${cursor && `&cursor=${cursor}`}`
      const { answer, milliseconds } = await askPage(application, path)
      pages += 1
      events += answer.events.length
      slowest = Math.max(slowest, milliseconds)
      last = milliseconds
      cursor = answer.next
    }
    const note = `the slowest page of ${pages.toLocaleString('en-US')}; the last ${last.toFixed(1)}; ${events.toLocaleString('en-US')} events`
    tell({ label, milliseconds: slowest, limitMilliseconds: ANSWER_LIMIT_MS, note })
  }
}

async function askPage(application: OpsApplication, path: string) {
  const first = await application.ask<Page>(path)
  if (first.milliseconds <= ANSWER_LIMIT_MS) return first
  const times = [first.milliseconds]
  while (times.length < REPETITIONS) times.push((await application.ask<Page>(path)).milliseconds)
  return { ...first, milliseconds: median(times) }
}
