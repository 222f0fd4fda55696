import { customerAt } from '../../src/samples/customers.ts'
import {
  type ContextOptions,
  createContext,
  type Envelope,
  findSample,
  type SampleContext,
  type Shape,
} from '../../src/samples/index.ts'
import type { Scheme } from '../../src/webhook/secrets.ts'

/** How the provider signs each shape, and relays theirs. */
export const schemeOf: Readonly<Record<Shape, Scheme>> = {
  current: 'standard',
  legacy: 'legacy',
  flat: 'hex',
}

let contextsMade = 0

/** A context about objects and a customer of its own: no two of a test file meet in a row. */
export function newContext(options: Omit<ContextOptions, 'seed'> = {}): SampleContext {
  contextsMade += 1
  return { ...createContext(options), customer: customerAt(contextsMade) }
}

/**
 * The sample of that type and shape; of the newest version where none is named.
 * @throws Error when there is none.
 */
export function sampleOf(type: string, shape: Shape, context: SampleContext, version?: string): Envelope {
  const sample = findSample(type, shape, version)
  if (sample === undefined) throw new Error(`no sample of ${type} in shape ${shape} ${version ?? ''}`)
  return sample.build(context)
}
