import type { ChosenSecret } from './secret.ts'
import type { Outcome } from './send.ts'

/** What the person at the terminal may do about an outcome; undefined where nothing is wrong. */
export function hintFor(outcome: Outcome, url: string, secret: ChosenSecret): string | undefined {
  const { httpStatus, answer, detail } = outcome
  switch (httpStatus) {
    case null:
      return unansweredHint(answer, new URL(url).origin)
    case 400:
      if (detail?.includes('timestamp')) return 'The clocks of this machine and the server differ too much.'
      return `It was signed with the ${secret.scheme} secret from ${secret.origin}. The server must have the same one: compare its OPENPHONE_SIGNING_SECRETS.`
    case 404:
    case 405:
      return `${url} is not the webhook. Give its whole address with --url.`
    case 413:
      return 'The body is larger than BODY_LIMIT_BYTES of the server.'
    case 429:
      return 'Too many bad signatures came from this address: wait a minute, then use the right secret.'
    case 503:
      return 'The server is busy or stopping: send less at once (--rate, --concurrency), or later.'
    default:
      return httpStatus >= 500 ? "The server's log says more." : undefined
  }
}

function unansweredHint(answer: string, origin: string): string {
  if (answer === 'ECONNREFUSED') {
    return `No server listens at ${origin}. Start it with "npm start" in another terminal, or give its address with --url.`
  }
  if (answer === 'timeout') return `The server at ${origin} did not answer within 10 seconds.`
  return `No answer came from ${origin} (${answer}). Is the address right?`
}
