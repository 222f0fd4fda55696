import { percentile } from '../statistics.ts'
import type { LoadResult } from './plan.ts'

export interface TallyOptions {
  /** Milliseconds, as `performance.now()`; so is `until`. */
  readonly from: number
  readonly until: number
  /** How many there can be. */
  readonly answersMax: number
  /** Called when the measured time begins. */
  readonly onMeasuring: () => void
}

/** Counts answers, and times those that come in the measured time. */
export class Tally {
  readonly #statuses: Record<string, number> = {}
  readonly #latencies: Float64Array
  readonly #from: number
  #until: number
  #timed = 0
  #usedUp = false
  #cpuStopped = false
  #cpu: NodeJS.CpuUsage = process.cpuUsage()

  constructor({ from, until, answersMax, onMeasuring }: TallyOptions) {
    this.#from = from
    this.#until = until
    this.#latencies = new Float64Array(answersMax)
    const at = (time: number, act: () => void) =>
      setTimeout(act, Math.max(0, time - performance.now())).unref()
    at(from, () => {
      this.#cpu = process.cpuUsage()
      onMeasuring()
    })
    at(until, () => this.#stopCpu())
  }

  answered(status: number, since: number): void {
    const now = performance.now()
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1
    if (now < this.#from || now >= this.#until) return
    this.#latencies[this.#timed] = now - since
    this.#timed += 1
  }

  /** There is nothing left to send: the measured time is over. */
  end(): void {
    const now = performance.now()
    if (now >= this.#until) return
    this.#until = now
    this.#usedUp = true
    this.#stopCpu()
  }

  result(): LoadResult {
    const seconds = Math.max(0, this.#until - this.#from) / 1000
    const latencies = this.#latencies.subarray(0, this.#timed)
    return {
      statuses: this.#statuses,
      answered: this.#timed,
      perSecond: this.#timed / seconds,
      p50Milliseconds: percentile(latencies, 0.5),
      p99Milliseconds: percentile(latencies, 0.99),
      cpuShare: (this.#cpu.user + this.#cpu.system) / 1e6 / seconds,
      usedUp: this.#usedUp,
    }
  }

  #stopCpu(): void {
    if (this.#cpuStopped) return
    this.#cpuStopped = true
    this.#cpu = process.cpuUsage(this.#cpu)
  }
}
