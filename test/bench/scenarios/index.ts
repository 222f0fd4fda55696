import { backlog } from './backlog.ts'
import { decay } from './decay.ts'
import { drainMessages, drainMix } from './drain.ts'
import { growth } from './growth.ts'
import { ingest } from './ingest.ts'
import { duplicates, halfLoad, largeBodies } from './ingest-more.ts'
import { latency } from './latency.ts'
import { memory } from './memory.ts'
import type { Scenario } from './scenario.ts'
import { startUp } from './start-up.ts'
import { sustained } from './sustained.ts'
import { topics } from './topics.ts'
import { twoOfEach } from './two-of-each.ts'

/** All there are, in the order in which they run. */
export const scenarios: readonly Scenario[] = [
  ingest,
  drainMessages,
  latency,
  decay,
  drainMix,
  sustained,
  halfLoad,
  largeBodies,
  duplicates,
  topics,
  twoOfEach,
  startUp,
  growth,
  memory,
  backlog,
]
