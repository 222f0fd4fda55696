import { decay } from './decay.ts'
import { drainMessages, drainMix } from './drain.ts'
import { ingest } from './ingest.ts'
import { latency } from './latency.ts'
import type { Scenario } from './scenario.ts'

/** All there are, in the order in which they run. */
export const scenarios: readonly Scenario[] = [ingest, drainMessages, latency, decay, drainMix]
