/** A view or a list answers within this. */
export const ANSWER_LIMIT_MS = 100

/** How long something took that operators wait for. */
export interface OpsFigure {
  readonly label: string
  readonly milliseconds: number
  readonly limitMilliseconds: number
  /** What else there is to know of it. */
  readonly note: string
}

/** A line; what took too long is marked. */
export function figureText({ label, milliseconds, limitMilliseconds, note }: OpsFigure): string {
  const mark = milliseconds <= limitMilliseconds ? ' ' : '!'
  return `${mark} ${label.padEnd(56)} ${milliseconds.toFixed(1).padStart(8)} ms  ${note}`.trimEnd()
}
