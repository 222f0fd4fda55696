import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { boundedCall } from './bounded-call.ts'

/** What became of a webhook. */
export type WebhookOutcome = 'queued' | 'duplicate' | 'refused' | 'overloaded' | 'error'

/** One value of a gauge with labels. */
export interface GaugeSample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A gauge whose value is asked for at each scrape. */
export interface ScrapedGauge {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly string[]
  /** The present value; with labels, one sample per combination. A combination not given is gone. */
  readonly read: () => Promise<number | readonly GaugeSample[]> | number | readonly GaugeSample[]
}

/** The process's metrics, in a registry of their own. Durations are in seconds. */
export interface Metrics {
  readonly registry: Registry
  /** `reason` is `none` for a webhook that was taken, else the kind of problem it was answered with. */
  recordWebhook(outcome: WebhookOutcome, reason: string, seconds: number): void
  /** Starts a count at 0: an alert looks at how it grows, and the first of a count that was not there is no growth. */
  expectWebhook(outcome: WebhookOutcome, reason: string): void
  /** One commit of the outbox: how many webhooks shared it, and how long it took. */
  recordCommit(groupSize: number, seconds: number): void
  /** One attempt of a worker at one event. Types that are not registered are counted as `other`. */
  recordAttempt(type: string, outcome: string): void
  /** From the moment an event was accepted until its effects were committed. Replays are not for this. */
  recordLag(seconds: number): void
  /** @throws Error when a metric of that name exists. */
  addGauge(gauge: ScrapedGauge): void
}

/** A scrape must answer within Prometheus' own limit (10 s by default), whatever one gauge is waiting for. */
const GAUGE_LIMIT_MS = 2_000

/** Up to 10 s: by then the provider has given the delivery up. */
const ANSWER_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
/** Up to six hours: an event may wait for the whole of its retries. */
const LAG_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200, 21_600,
]
const GROUP_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

/**
 * @param eventTypes The types with a handler. They bound the `type` label: a sender's unknown types must not
 * become time series without end.
 */
export function createMetrics(eventTypes: Iterable<string> = []): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })

  const webhooks = new Counter({
    name: 'openphone_webhooks_total',
    help: 'Webhooks answered, by outcome and, for those not taken, the reason',
    labelNames: ['outcome', 'reason'],
    registers,
  })
  const webhookDuration = new Histogram({
    name: 'openphone_webhook_duration_seconds',
    help: 'From the headers of a webhook until its answer was ready',
    buckets: ANSWER_SECONDS,
    registers,
  })
  const commitGroupSize = new Histogram({
    name: 'openphone_commit_group_size',
    help: 'Webhooks stored together in one transaction',
    buckets: GROUP_SIZES,
    registers,
  })
  const commitDuration = new Histogram({
    name: 'openphone_commit_seconds',
    help: 'Duration of a transaction that stores webhooks with their jobs',
    buckets: ANSWER_SECONDS,
    registers,
  })
  const attempts = new Counter({
    name: 'openphone_attempts_total',
    help: 'Attempts of workers at events, by type and outcome; after "retry" another follows, after "failed" none',
    labelNames: ['type', 'outcome'],
    registers,
  })
  const lag = new Histogram({
    name: 'openphone_lag_seconds',
    help: 'From accepted to processed, replays apart',
    buckets: LAG_SECONDS,
    registers,
  })
  const scrapeErrors = new Counter({
    name: 'openphone_scrape_errors_total',
    help: 'Gauges left out of a scrape because their value could not be read in time',
    labelNames: ['gauge'],
    registers,
  })

  const knownTypes = new Set(eventTypes)
  return {
    registry,
    recordWebhook(outcome, reason, seconds) {
      webhooks.inc({ outcome, reason })
      webhookDuration.observe(seconds)
    },
    expectWebhook(outcome, reason) {
      webhooks.inc({ outcome, reason }, 0)
    },
    recordCommit(groupSize, seconds) {
      commitGroupSize.observe(groupSize)
      commitDuration.observe(seconds)
    },
    recordAttempt(type, outcome) {
      attempts.inc({ type: knownTypes.has(type) ? type : 'other', outcome })
    },
    recordLag(seconds) {
      lag.observe(seconds)
    },
    addGauge({ name, help, labelNames = [], read }) {
      const readBounded = boundedCall(read, GAUGE_LIMIT_MS)
      new Gauge({
        name,
        help,
        labelNames: [...labelNames],
        registers,
        async collect() {
          // An old value would pass for the present one, so a value that cannot be read is left out.
          // And the other metrics are still wanted, most of all when the database is down.
          this.reset()
          // Without labels a reset gauge says 0.
          if (labelNames.length === 0) this.remove()
          try {
            const value = await readBounded()
            if (typeof value === 'number') this.set(value)
            else for (const sample of value) this.set({ ...sample.labels }, sample.value)
          } catch {
            scrapeErrors.inc({ gauge: name })
          }
        },
      })
    },
  }
}
