import { clean } from './clean.ts'

/**
 * Readers of single fields. The provider's payloads differ between generations and change without notice,
 * so a field of a wrong type is unknown (`undefined`), as null is, and nothing here throws.
 */

/** Identifiers are indexed: Postgres refuses to index values beyond some 2,700 bytes. */
export const IDENTIFIER_MAX_LENGTH = 512

/** Dates that both JavaScript and a Postgres client can show without surprises: the years 1970 to 9999. */
const DATE_MAX_MS = Date.UTC(10_000, 0, 1) - 1

/** Below this an epoch number counts seconds (until the year 5138), from here on milliseconds (since 1973). */
const EPOCH_MS_MIN = 1e11

export function record(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  // An object that is no array has string keys; what they hold is not known.
  return value as Record<string, unknown>
}

export function list(value: unknown): unknown[] | undefined {
  return Array.isArray(value) ? value : undefined
}

/** The list, where there is something in it. */
export function filled<Item>(items: Item[] | undefined): Item[] | undefined {
  return items !== undefined && items.length > 0 ? items : undefined
}

/** The fields that are known: for objects that are stored as JSON, where unknown is absent. */
export function knownOnly<Fields>(fields: { [Name in keyof Required<Fields>]: Fields[Name] | undefined }) {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined)
  // Only fields that were undefined are gone, which Partial allows and fromEntries cannot tell.
  return Object.fromEntries(known) as Partial<Fields>
}

/** Written text, such as a message's body. Empty text is known to be empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? clean(value) : undefined
}

/** Text that says something, such as a name: blank text is unknown. */
export function label(value: unknown): string | undefined {
  const read = text(value)
  return read === undefined || read.trim() === '' ? undefined : read
}

/** An id or a code, which may come as a number. Blank or overlong text is unknown. */
export function identifier(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  const read = label(value)
  return read !== undefined && read.length <= IDENTIFIER_MAX_LENGTH ? read : undefined
}

/** The texts of a list, or a single text as a list of one. Items that are no text are left out. */
export function textList(value: unknown): string[] | undefined {
  if (typeof value === 'string') return filled([value].flatMap(orNone(label)))
  return list(value)?.flatMap(orNone(label))
}

/** The ids of a list, or a single id as a list of one. */
export function identifierList(value: unknown): string[] | undefined {
  if (Array.isArray(value)) return value.flatMap(orNone(identifier))
  const single = identifier(value)
  return single === undefined ? undefined : [single]
}

/** A number, or text that spells one. */
export function number(value: unknown): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined
  const read = typeof value === 'string' ? Number(value) : value
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined
}

/** A duration or a position in seconds, perhaps with a fraction. Negative ones are unknown. */
export function seconds(value: unknown): number | undefined {
  const read = number(value)
  return read !== undefined && read >= 0 ? read : undefined
}

export function boolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

// Without a zone JavaScript would take the machine's own; the provider's times are UTC.
const ISO_DATE = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?([Zz]|([+-]\d\d):?(\d\d)?)?)?$/
const EPOCH = /^\d{9,13}(?:\.\d+)?$/

/** A time: ISO 8601 (UTC where it names no zone), or Unix seconds or milliseconds, of the years 1970 to 9999. */
export function date(value: unknown): Date | undefined {
  const milliseconds = typeof value === 'number' ? fromEpoch(value) : fromText(value)
  const isInRange = milliseconds >= 0 && milliseconds <= DATE_MAX_MS
  return isInRange ? new Date(milliseconds) : undefined
}

function fromEpoch(epoch: number): number {
  return Math.trunc(epoch < EPOCH_MS_MIN ? epoch * 1000 : epoch)
}

function fromText(value: unknown): number {
  if (typeof value !== 'string') return Number.NaN
  const match = ISO_DATE.exec(value)
  if (match === null) return EPOCH.test(value) ? fromEpoch(Number(value)) : Number.NaN
  const [, day, time = '00:00', , zoneHours, zoneMinutes = '00'] = match
  return Date.parse(`${day}T${time}${zoneHours === undefined ? 'Z' : `${zoneHours}:${zoneMinutes}`}`)
}

function orNone<Value>(read: (value: unknown) => Value | undefined): (value: unknown) => Value[] {
  return (value) => {
    const item = read(value)
    return item === undefined ? [] : [item]
  }
}
