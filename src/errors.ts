/**
 * An event that no later attempt can handle: its payload lacks what is needed to file it.
 * A worker that meets one sends the event to the dead-letter queue at once, whatever retries are left.
 */
export class PermanentError extends Error {
  override name = 'PermanentError'
}

/**
 * An error that is the answer to what anyone may send. Nobody asks where it was thrown, and noting that would make
 * a wrong signature cost more than a good delivery.
 */
export class RefusalError extends Error {
  override name = 'RefusalError'

  constructor(message: string, options?: ErrorOptions) {
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message, options)
    Error.stackTraceLimit = stackTraceLimit
  }
}

/** Settings or surroundings the process cannot start with. The message is for the person starting it. */
export class StartupError extends Error {
  override name = 'StartupError'
}
