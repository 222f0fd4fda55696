import { currentMessages } from './current/messages.ts'
import { flatMessages } from './flat/messages.ts'
import { legacyMessages } from './legacy/messages.ts'
import type { Sample, Shape } from './sample.ts'

export { createContext } from './context.ts'
export type { Envelope, Sample, SampleContext, Shape } from './sample.ts'

/** Every event type in every shape and version it is sent in, each once; older versions first. */
export const samples: readonly Sample[] = [...currentMessages, ...legacyMessages, ...flatMessages]

/** The sample of that type, shape and version; without a version the newest one. */
export function findSample(type: string, shape: Shape, version?: string): Sample | undefined {
  return samples.findLast(
    (sample) =>
      sample.type === type && sample.shape === shape && (version === undefined || sample.version === version),
  )
}
