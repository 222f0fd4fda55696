import { availableParallelism, cpus } from 'node:os'
import type { TemporaryFolder } from './disk.ts'
import type { PostgresForBench } from './postgres.ts'

/** What the figures depend on besides the code. */
export interface Environment {
  readonly node: string
  readonly postgres: string
  readonly cores: number
  readonly processor: string
  readonly commits: string
}

export function describeEnvironment(folder: TemporaryFolder, postgres: PostgresForBench): Environment {
  const { version, fsync, synchronousCommit } = postgres.settings
  const disk = folder.isOnDisk
    ? `${folder.syncMilliseconds.toFixed(2)} ms to write 8 kB through to the disk`
    : 'in memory: no disk was waited for'
  return {
    node: process.version,
    postgres: `${version} (${postgres.isEmbedded ? 'embedded' : 'BENCH_DATABASE_URL'})`,
    cores: availableParallelism(),
    processor: cpus()[0]?.model ?? 'unknown',
    commits: `fsync ${fsync}, synchronous_commit ${synchronousCommit}${postgres.isEmbedded ? `; ${disk}` : ''}`,
  }
}
