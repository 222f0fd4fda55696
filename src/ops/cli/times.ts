import { InvalidArgumentError } from 'commander'
import { MINIMUM_AGE_SECONDS } from '../../retention/minimum-age.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }
const DURATION = /^(\d{1,9})([smhdw])$/

/** A date, or a date and a time; the zone is this machine's where none is given. */
const ISO = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i

/** `90s`, `15m`, `2h`, `3d`, `1w` in seconds. @throws InvalidArgumentError for commander. */
export function durationOption(text: string): number {
  const [, count, unit] = DURATION.exec(text) ?? []
  const seconds = Number(count) * (UNIT_SECONDS[unit ?? ''] ?? Number.NaN)
  if (Number.isNaN(seconds)) {
    throw new InvalidArgumentError('It must be a number and s, m, h, d or w, as in 90d.')
  }
  return seconds
}

/** An age that events may be removed at. @throws InvalidArgumentError for commander. */
export function purgeAgeOption(text: string): number {
  const seconds = durationOption(text)
  if (seconds < MINIMUM_AGE_SECONDS) {
    throw new InvalidArgumentError(
      `It must be at least ${MINIMUM_AGE_SECONDS / 3_600}h: OpenPhone repeats deliveries for that long, and younger events show them up as duplicates.`,
    )
  }
  return seconds
}

/** A point in time: ISO 8601, or a duration before now. @throws InvalidArgumentError for commander. */
export function timeOption(text: string): Date {
  if (DURATION.test(text)) return new Date(Date.now() - durationOption(text) * 1000)
  const [, date, time = '00:00', zone = ''] = ISO.exec(text) ?? []
  const instant = new Date(`${date}T${time}${zone.toUpperCase()}`)
  // Date reads the 30th of February as a day in March.
  const isOnCalendar = date !== undefined && new Date(`${date}T00:00Z`).toJSON()?.startsWith(date)
  if (!isOnCalendar || Number.isNaN(instant.getTime())) {
    throw new InvalidArgumentError(
      'It must be a time such as 2026-05-01, 2026-05-01T12:00 or 2026-05-01T12:00:00Z, or how long ago, as in 2h or 3d.',
    )
  }
  return instant
}
