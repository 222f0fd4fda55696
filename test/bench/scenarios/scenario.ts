import type { Bench } from '../bench.ts'
import type { Measurement } from '../measurement.ts'

/** Something that is measured. */
export interface Scenario {
  /** What the titles of its tables begin with. */
  readonly letter: string
  /** For the command line. */
  readonly name: string
  /** A line for the help. */
  readonly about: string
  /** Whether it takes so many minutes that it is run only when asked for. */
  readonly isLong?: boolean
  /** Runs once and gives the rows of its tables. */
  run(bench: Bench): Promise<Measurement[]>
}
