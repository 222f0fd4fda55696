import type { Log } from '../log.ts'
import type { Metrics, WebhookOutcome } from '../metrics.ts'
import { safeError } from '../safe-error.ts'
import type { Scheme } from '../webhook/secrets.ts'
import type { HttpProblem } from './problem.ts'
import { PROBLEMS } from './problem-catalogue.ts'

/** What is known so far of a webhook that is being answered. */
export interface WebhookFacts {
  readonly reqId: string
  /** `performance.now()` when its headers had come. */
  readonly startedAt: number
  bytes: number
  scheme: Scheme | undefined
  type: string | undefined
}

export function newFacts(reqId: string): WebhookFacts {
  return { reqId, startedAt: performance.now(), bytes: 0, scheme: undefined, type: undefined }
}

/** Writes the one line of each webhook and counts it. Nothing of the body, the headers or a secret is in it. */
export function createRecorder(log: Log, metrics: Metrics) {
  for (const [kind, { status }] of Object.entries(PROBLEMS)) {
    if (status >= 500) metrics.expectWebhook(outcomeOf(status), kind)
  }
  // Deliveries of one commit fail with one error. Described in full it is longer than the rest of the line, and
  // while the database is away there are lines by the thousand.
  const described = new WeakSet<Error>()
  const describe = (error: unknown) => {
    if (!(error instanceof Error)) return safeError(error)
    const { stack, cause, ...brief } = safeError(error)
    if (described.has(error)) return brief
    described.add(error)
    return { ...brief, stack, cause }
  }
  return {
    taken(facts: WebhookFacts, outcome: 'queued' | 'duplicate', eventId: string): void {
      const ms = elapsed(facts, metrics, outcome, 'none')
      const { type, scheme, bytes, reqId } = facts
      log.info({ event: 'webhook', eventId, type, scheme, outcome, status: 200, ms, bytes, reqId })
    },

    refused(facts: WebhookFacts, problem: HttpProblem): void {
      const status = problem.statusCode
      const outcome = outcomeOf(status)
      const reason = problem.kind
      const ms = elapsed(facts, metrics, outcome, reason)
      const { type, scheme, bytes, reqId } = facts
      const line = { event: 'webhook', type, scheme, outcome, reason, status, ms, bytes, reqId }
      if (outcome === 'error') log.error({ ...line, error: describe(problem.cause) })
      // A flood must not fill the disk as well: the lines up to the limit have told of it.
      else if (reason === 'too-many-bad-signatures') log.debug(line)
      else log.warn(line)
    },
  }
}

function outcomeOf(status: number): WebhookOutcome {
  if (status === 503) return 'overloaded'
  return status >= 500 ? 'error' : 'refused'
}

/** Observes the duration and returns it in milliseconds, to the microsecond. */
function elapsed(facts: WebhookFacts, metrics: Metrics, outcome: WebhookOutcome, reason: string): number {
  const ms = performance.now() - facts.startedAt
  metrics.recordWebhook(outcome, reason, ms / 1000)
  return Math.round(ms * 1000) / 1000
}
