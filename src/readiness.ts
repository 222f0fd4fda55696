import type pg from 'pg'
import { pendingMigrations } from './db/migrate.ts'
import type { ReadinessCheck } from './http/health-routes.ts'
import type { Worker } from './worker/worker.ts'

/** What `/readyz` asks: the database, its migrations and, where the role has one, the worker. */
export function readinessChecks(pool: pg.Pool, worker: Worker | undefined): Record<string, ReadinessCheck> {
  return {
    database: async () => {
      await pool.query('select 1').catch((cause: unknown) => {
        throw new Error('the database does not answer', { cause })
      })
    },
    migrations: async () => {
      const pending = await pendingMigrations(pool).catch((cause: unknown) => {
        throw new Error('the database does not answer', { cause })
      })
      if (pending.length > 0) throw new Error(`not run yet: ${pending.join(', ')}`)
    },
    ...(worker && {
      worker: async () => {
        if (!worker.running) throw new Error('the worker takes no jobs')
      },
    }),
  }
}
