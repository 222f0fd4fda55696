import type { Bench } from '../bench.ts'
import type { Measurement } from '../measurement.ts'

/** Runs once and gives the rows of its tables. */
export type Scenario = (bench: Bench) => Promise<Measurement[]>
