const isoPattern = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:?\d\d)?$/i

/** Numbers below this are seconds (to the year 5138), others milliseconds (from March 1973). */
const firstMilliseconds = 1e11

/** 9999-12-31T23:59:59.999Z. Postgres and most readers go further; no webhook does. */
const lastMilliseconds = 253_402_300_799_999

/**
 * Reads a JSON value as a time: a number of seconds or milliseconds, or ISO 8601 text with date and time,
 * UTC where it names no zone (as Python's `isoformat` of a UTC time does not). Null when it is neither.
 * @returns Unix milliseconds, in any range, even infinite (`1e999` is JSON).
 */
export function toMilliseconds(value: unknown): number | null {
  if (typeof value === 'number') return value < firstMilliseconds ? value * 1000 : value
  if (typeof value !== 'string') return null
  const [whole, date, time, zone = 'Z'] = isoPattern.exec(value) ?? []
  if (whole === undefined) return null
  const milliseconds = Date.parse(`${date}T${time}${zone}`)
  return Number.isNaN(milliseconds) ? null : milliseconds
}

/** Reads a JSON value as `toMilliseconds` does; null also outside the years 1970 to 9999. */
export function readInstant(value: unknown): Date | null {
  const milliseconds = toMilliseconds(value)
  if (milliseconds === null || !(milliseconds >= 0 && milliseconds <= lastMilliseconds)) return null
  return new Date(milliseconds)
}
