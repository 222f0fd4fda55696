import type { Sizes } from './options.ts'
import type { Database, PostgresForBench } from './postgres.ts'
import type { Processes } from './processes.ts'

/** What every scenario works with. */
export interface Bench {
  readonly sizes: Sizes
  /** Without what the pipeline is compared with. */
  readonly alone: boolean
  /** Whether the server counts its statements. */
  readonly statements: boolean
  /** From 0; contenders take turns in being first. */
  readonly repetition: number
  /** For logs and other files; removed at the end. */
  readonly folder: string
  readonly postgres: PostgresForBench
  readonly processes: Processes
  /** Fulfils as aborted at Ctrl-C. */
  readonly signal: AbortSignal
  /** Tells whoever is waiting. */
  progress(text: string): void
  /** Tells the reader of the results. */
  note(text: string): void
}

/** Runs something on a new database that is dropped afterwards. */
export async function withDatabase<T>(
  bench: Pick<Bench, 'postgres' | 'signal'>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  bench.signal.throwIfAborted()
  const database = await bench.postgres.createDatabase()
  try {
    return await work(database)
  } finally {
    await database.drop()
  }
}
