import type { Summary } from './measurement.ts'

/** `12,345`, or with repetitions `12,345 (11,900 to 12,800)`. */
export function summaryText({ median, min, max }: Summary): string {
  return min === max || Number.isNaN(median)
    ? numberText(median)
    : `${numberText(median)} (${numberText(min)} to ${numberText(max)})`
}

/** Three figures that mean something, at least. */
export function numberText(value: number): string {
  if (Number.isNaN(value)) return '-'
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2)
}
