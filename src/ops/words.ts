/** `1 event`, `12,345 events`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
}

const UNITS = [
  { seconds: 86_400, unit: 'd' },
  { seconds: 3_600, unit: 'h' },
  { seconds: 60, unit: 'min' },
  { seconds: 1, unit: 's' },
] as const

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: the largest unit and the next. */
export function ageText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds))
  const index = UNITS.findIndex((unit) => whole >= unit.seconds)
  const [large, small] = UNITS.slice(index === -1 ? UNITS.length - 1 : index)
  if (large === undefined) return '0 s'
  const count = Math.floor(whole / large.seconds)
  const rest = small === undefined ? 0 : Math.floor((whole % large.seconds) / small.seconds)
  // Seconds beside minutes tell nobody anything.
  const isWorthIt = small !== undefined && rest > 0 && large.unit !== 'min'
  return `${count} ${large.unit}${isWorthIt ? ` ${rest} ${small.unit}` : ''}`
}

/** `8 ms`, `1.25 s`, `12 min`; `-` for null. */
export function durationText(seconds: number | null): string {
  if (seconds === null) return '-'
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  return seconds < 60 ? `${seconds.toFixed(2)} s` : ageText(seconds)
}

/** `2026-10-01 12:34:56Z`; `-` for null. */
export function timeText(time: Date | null): string {
  return time === null ? '-' : `${time.toISOString().slice(0, 19).replace('T', ' ')}Z`
}

/** At most so many characters on one line. */
export function shorten(text: string, max: number): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`
}
