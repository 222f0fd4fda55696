import { RefusalError } from '../errors.ts'

/**
 * A request that is not shown to come from the provider.
 * - `signature`: missing, malformed or wrong, or nothing is configured to check it with.
 * - `timestamp`: signed with a configured secret, but outside the replay window.
 *
 * The message can be shown to the caller: it names the header looked at and holds no value of the request
 * or of a secret.
 */
export class SignatureError extends RefusalError {
  override name = 'SignatureError'
  readonly reason: 'signature' | 'timestamp'

  constructor(reason: 'signature' | 'timestamp', message: string) {
    super(message)
    this.reason = reason
  }
}
