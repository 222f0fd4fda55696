/** The delivery was not taken: too much is waiting already, or the process is closing. Nothing was stored. */
export class OverloadedError extends Error {
  override name = 'OverloadedError'
  /** When to send it again. */
  readonly retryAfterSeconds: number

  constructor(message: string, retryAfterSeconds: number) {
    super(message)
    this.retryAfterSeconds = retryAfterSeconds
  }
}
