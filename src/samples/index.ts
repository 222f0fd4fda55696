import { currentCallRecords } from './current/call-records.ts'
import { currentCalls } from './current/calls.ts'
import { currentContacts } from './current/contacts.ts'
import { currentMessages } from './current/messages.ts'
import { currentTasks } from './current/tasks.ts'
import { flatCallRecords } from './flat/call-records.ts'
import { flatCalls } from './flat/calls.ts'
import { flatMessages } from './flat/messages.ts'
import { legacyCallRecords } from './legacy/call-records.ts'
import { legacyCalls } from './legacy/calls.ts'
import { legacyContacts } from './legacy/contacts.ts'
import { legacyMessages } from './legacy/messages.ts'
import { legacyTasks } from './legacy/tasks.ts'
import type { Sample, Shape } from './sample.ts'

export { type ContextOptions, createContext, later } from './context.ts'
export {
  type ContactLookup,
  type Envelope,
  type Sample,
  type SampleContext,
  type Shape,
  shapes,
} from './sample.ts'

/** Every event type in every shape and version it is sent in, each once; older versions first. */
export const samples: readonly Sample[] = [
  ...currentMessages,
  ...currentCalls,
  ...currentCallRecords,
  ...currentContacts,
  ...currentTasks,
  ...legacyMessages,
  ...legacyCalls,
  ...legacyCallRecords,
  ...legacyContacts,
  ...legacyTasks,
  ...flatMessages,
  ...flatCalls,
  ...flatCallRecords,
]

/** The sample of that type, shape and version; without a version the newest one. */
export function findSample(type: string, shape: Shape, version?: string): Sample | undefined {
  return samples.findLast(
    (sample) =>
      sample.type === type && sample.shape === shape && (version === undefined || sample.version === version),
  )
}
