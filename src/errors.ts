/**
 * An event that no later attempt can handle: its payload lacks what is needed to file it.
 * A worker that meets one sends the event to the dead-letter queue at once, whatever retries are left.
 */
export class PermanentError extends Error {
  override name = 'PermanentError'
}

/** Settings or surroundings the process cannot start with. The message is for the person starting it. */
export class StartupError extends Error {
  override name = 'StartupError'
}
