import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import type { Test } from 'tap'
import { testPool } from '../../db/prepared.ts'
import { Provider, type ProviderOptions } from './provider.ts'
import { reckon, settle, watchEffects } from './reckoning.ts'
import { refuse } from './refusals.ts'
import { type Service, startService } from './supervisor.ts'

/** How long the jobs of a killed worker may take to come back (heartbeat and monitor), and to be run. */
const SETTLE_LIMIT_MS = 90_000

export interface LabOptions {
  /** Where the test itself looks, past any fault on the way. */
  readonly directUrl: string
  /** What the application is given; the same when absent. */
  readonly appUrl?: string
  readonly env?: Record<string, string>
  readonly ingestEnv?: Record<string, string>
  readonly workerEnv?: Record<string, string>
  readonly traffic?: Partial<ProviderOptions>
}

/** The two roles as processes on one database, a provider that sends to them, and the reckoning. */
export interface Lab {
  readonly ingest: Service
  readonly worker: Service
  readonly provider: Provider
  readonly pool: pg.Pool
  /** Ends the traffic and says what is wrong when all has come to rest. */
  reckon(): Promise<{ wrong: string[]; settledMs: number }>
  /** Waits until a parcel sent after now was accepted. @returns milliseconds it took. */
  untilAccepting(limitMs: number): Promise<number>
  /** Waits until an event received after now was processed. @returns milliseconds it took. */
  untilProcessing(limitMs: number): Promise<number>
}

export async function startLab(t: Test, options: LabOptions): Promise<Lab> {
  const { directUrl, appUrl = directUrl, env, traffic } = options
  const worker = await startService(t, 'worker', { DATABASE_URL: appUrl, ...env, ...options.workerEnv })
  const ingest = await startService(t, 'ingest', { DATABASE_URL: appUrl, ...env, ...options.ingestEnv })
  await watchEffects(directUrl)
  if (traffic?.withRefusals) await refuse(directUrl)
  const pool = testPool(t, directUrl)
  const provider = new Provider({ url: ingest.url, perSecond: 20, lanes: 32, ...traffic })
  return {
    ingest,
    worker,
    provider,
    pool,
    async reckon() {
      await provider.stop()
      const settledMs = await settle(pool, SETTLE_LIMIT_MS)
      return { wrong: await reckon(pool, provider), settledMs }
    },
    async untilAccepting(limitMs) {
      const startedAt = performance.now()
      for (;;) {
        if (provider.lastAcceptedAt > startedAt) return provider.lastAcceptedAt - startedAt
        if (performance.now() - startedAt > limitMs) throw new Error(`nothing was accepted for ${limitMs} ms`)
        await sleep(10)
      }
    },
    async untilProcessing(limitMs) {
      const startedAt = performance.now()
      let since: string | undefined
      for (;;) {
        try {
          since ??= (await pool.query<{ now: string }>('select clock_timestamp()::text as now')).rows[0]?.now
          const { rowCount } = await pool.query(
            'select from openphone.webhook_event where received_at > $1 and processed_at is not null limit 1',
            [since],
          )
          if (rowCount === 1) return performance.now() - startedAt
        } catch {
          // The database may still be on its way back.
        }
        if (performance.now() - startedAt > limitMs)
          throw new Error(`nothing was processed for ${limitMs} ms`)
        await sleep(50)
      }
    },
  }
}
