import type { Kysely } from 'kysely'
import type { Registry } from '../../events/registry.ts'
import type { Log } from '../../log.ts'
import type { Database } from '../../tables/database.ts'
import type { ShortMemory } from './short-memory.ts'

/** What the operators' routes work with. */
export interface OpsContext {
  readonly db: Kysely<Database>
  /** Which types are handled, and what an event made. */
  readonly registry: Registry
  /** Whether workers are told of replays by NOTIFY. */
  readonly notify: boolean
  readonly log: Log
}

/** And what those that tell of the whole share. */
export interface SharedContext extends OpsContext {
  readonly memory: ShortMemory
}
