import type { Bench } from './bench.ts'
import type { Measurement } from './measurement.ts'

/**
 * Runs a comparison several times in a row, each time with another contender first: a machine whose speed changes by
 * the minute changes it for all of them.
 */
export async function inTurns(
  bench: Bench,
  compare: (bench: Bench) => Promise<Measurement[]>,
): Promise<Measurement[]> {
  const { turns } = bench.sizes
  const rows: Measurement[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    rows.push(...(await compare({ ...bench, repetition: bench.repetition * turns + turn })))
  }
  return rows
}
