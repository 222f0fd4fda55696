import type { Envelope, SampleContext, Shape } from '../sample.ts'

/** A short story: events about the same objects, in the order in which they happen. */
export interface Scenario {
  readonly name: string
  /** One line for people choosing a scenario. */
  readonly description: string
  readonly shape: Shape
  readonly version: string
  /** The events, the last of them at or shortly before the context's `now`. */
  build(context: SampleContext): Envelope[]
}
