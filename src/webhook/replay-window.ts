import { SignatureError } from './signature-error.ts'

export interface ReplayWindow {
  /** How far a timestamp may lie from `now`, either way, its edges included. */
  readonly toleranceSeconds: number
  /** The time of the check in milliseconds, as `Date.now()` gives it. */
  readonly now: number
}

export function isInWindow(timestampMilliseconds: number, window: ReplayWindow): boolean {
  return Math.abs(window.now - timestampMilliseconds) <= window.toleranceSeconds * 1000
}

/**
 * @param place where the timestamp stands, for the message: `the header webhook-timestamp`.
 * @throws SignatureError with reason `timestamp` when it is outside the window.
 */
export function requireInWindow(timestampMilliseconds: number, window: ReplayWindow, place: string): void {
  if (isInWindow(timestampMilliseconds, window)) return
  const side = timestampMilliseconds > window.now ? 'too far in the future' : 'too old'
  throw new SignatureError('timestamp', `The timestamp in ${place} is ${side}.`)
}
