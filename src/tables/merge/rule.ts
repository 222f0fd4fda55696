import { hash } from 'node:crypto'

/** How a projection's column holds its value in Postgres. */
export type ColumnType = 'text' | 'text[]' | 'jsonb' | 'timestamptz' | 'double precision' | 'boolean'

/**
 * How advanced a value is, 0 to 35, by itself or by the fields it came with. Of two values known for the
 * same time, the more advanced one stays.
 */
export type Rank = (value: unknown, fields: Readonly<Record<string, unknown>>) => number

/**
 * How a column decides between two known values. The result must not depend on which came first, so
 * every rule picks the greater by an order that is fixed for all time.
 */
export type Rule =
  /** Never changes in truth; the greater value stays. Needs no stamp. Text must collate "C". */
  | { readonly rule: 'settled'; readonly type: 'text' | 'timestamptz' }
  /** Later object time, then rank, then content. */
  | { readonly rule: 'latest'; readonly type: ColumnType; readonly rank: Rank }
  /** Rank, then later object time, then content. */
  | { readonly rule: 'furthest'; readonly type: ColumnType; readonly rank: Rank }

const unranked: Rank = () => 0

export const settled = (type: 'text' | 'timestamptz' = 'text'): Rule => ({ rule: 'settled', type })
export const latest = (type: ColumnType = 'text', rank: Rank = unranked): Rule => ({
  rule: 'latest',
  type,
  rank,
})
export const furthest = (rank: Rank, type: ColumnType = 'text'): Rule => ({ rule: 'furthest', type, rank })

/** Of milliseconds in base 36: ten reach far beyond the year 9999, nine only to 5188. */
const TIME_DIGITS = 10
const UNKNOWN_TIME = '0'.repeat(TIME_DIGITS)

/** An object's time as text that sorts. */
export function sortableTime(at: Date | null): string {
  return at === null ? UNKNOWN_TIME : Math.max(0, at.getTime()).toString(36).padStart(TIME_DIGITS, '0')
}

/**
 * What a value is judged by, as text that sorts: equal stamps mean equal values. A value whose time is
 * not known yields to any whose time is.
 * @param time `sortableTime` of what the value was told with.
 * @param fields what was told with it.
 */
export function stamp(
  rule: Exclude<Rule, { rule: 'settled' }>,
  time: string,
  value: unknown,
  fields: Readonly<Record<string, unknown>>,
): string {
  const rank = rule.rank(value, fields).toString(36)
  return (rule.rule === 'latest' ? time + rank : rank + time) + digest(value)
}

/** Of short values, which come again and again: status, numbers, users. To make one anew takes a microsecond. */
const digests = new Map<string, string>()
const DIGESTS_MAX = 1_000
const SHORT_LENGTH = 100

function digest(value: unknown): string {
  if (value === null) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const known = digests.get(text)
  if (known !== undefined) return known
  const made = hash('md5', text, 'base64url').slice(0, 8)
  if (text.length <= SHORT_LENGTH) {
    if (digests.size >= DIGESTS_MAX) digests.clear()
    digests.set(text, made)
  }
  return made
}
