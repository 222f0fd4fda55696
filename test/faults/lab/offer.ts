import { setTimeout as sleep } from 'node:timers/promises'
import { percentile } from '../../bench/statistics.ts'
import { PipelinedConnection } from '../../hostile/pipeline.ts'

const TICK_MS = 5
const GREETING = Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
/** What became of requests that were sent when they were due, whatever the server did. */
export class Offered {
  sent = 0
  /** Due, when every connection waited for an answer. */
  heldBack = 0
  /** Connections that ended, and what was on them. */
  readonly lost: string[] = []
  readonly statuses = new Map<number, number>()
  readonly #latenciesMs: number[] = []

  answered(status: number, ms: number): void {
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1)
    this.#latenciesMs.push(ms)
  }

  get p50Ms(): number {
    return percentile(Float64Array.from(this.#latenciesMs), 0.5)
  }

  get p99Ms(): number {
    return percentile(Float64Array.from(this.#latenciesMs), 0.99)
  }

  toString(): string {
    const ms = `p50 ${Math.round(this.p50Ms)} ms, p99 ${Math.round(this.p99Ms)} ms`
    const held = this.heldBack === 0 ? '' : `, ${this.heldBack} more not sent`
    return `${this.sent} sent${held}: ${JSON.stringify(Object.fromEntries(this.statuses))}, ${ms}`
  }
}

export interface OfferOptions {
  /** On each of them one request at a time, as providers do. They are closed at the end. */
  readonly lanes: readonly PipelinedConnection[]
  readonly perSecond: number
  /** Ends the offer; what was sent by then is waited for. */
  readonly signal: AbortSignal
  readonly next: () => Buffer
}

/**
 * Opens connections and waits until each was answered. Node accepts one connection a turn of its loop: those of a
 * crowd take seconds, and so do those that come behind a crowd.
 */
export async function openLanes(port: number, count: number): Promise<PipelinedConnection[]> {
  const lanes = Array.from({ length: count }, () => new PipelinedConnection(port))
  await Promise.all(lanes.map((lane) => lane.send(GREETING)))
  return lanes
}

/** Sends so many requests a second; the time is counted from when each is due. */
export async function offer({ lanes, perSecond, signal, next }: OfferOptions): Promise<Offered> {
  const offered = new Offered()
  const idle = [...lanes]
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  for (let index = 0; !signal.aborted; index += 1) {
    const dueAt = startedAt + (index / perSecond) * 1000
    while (performance.now() < dueAt && !signal.aborted) await sleep(TICK_MS)
    const lane = idle.pop()
    if (lane === undefined) {
      offered.heldBack += 1
      // Time for what is under way: without a pause above, nothing else would run.
      if (index % 500 === 0) await sleep(0)
      continue
    }
    offered.sent += 1
    const answer = lane.send(next()).then(
      (status) => {
        offered.answered(status, performance.now() - dueAt)
        idle.push(lane)
      },
      (error) => {
        offered.lost.push(String(error))
      },
    )
    const done = answer.finally(() => underWay.delete(done))
    underWay.add(done)
  }
  await Promise.all(underWay)
  for (const lane of lanes) lane.close()
  return offered
}
