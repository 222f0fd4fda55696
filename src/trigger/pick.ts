import { type Envelope, type SampleContext, type Shape, samples, shapes } from '../samples/index.ts'
import { scenarios } from '../samples/scenarios/index.ts'
import { nearest } from './did-you-mean.ts'
import { UsageError } from './usage-error.ts'

/** What is sent: an event, or the events of a scenario in order. */
export interface Story {
  readonly shape: Shape
  build(context: SampleContext): Envelope[]
}

export interface Wanted {
  readonly shape?: Shape | undefined
  readonly version?: string | undefined
}

/**
 * The event type or scenario of that name. Without a wish the shape is the current one where the type has
 * it, and the version the newest of the shape.
 * @throws UsageError naming what there is instead.
 */
export function pickStory(name: string, wanted: Wanted): Story {
  const ofName = [...scenarios.filter((scenario) => scenario.name === name), ...samplesOf(name)]
  if (ofName.length === 0) throw unknownName(name)
  const fitting = ofName.filter(
    ({ shape, version }) =>
      (wanted.shape === undefined || wanted.shape === shape) &&
      (wanted.version === undefined || wanted.version === version),
  )
  const story = shapes
    .map((shape) => fitting.findLast((candidate) => candidate.shape === shape))
    .find((candidate) => candidate !== undefined)
  if (story) return story
  const choices = ofName.map(({ shape, version }) => (shape === 'legacy' ? `legacy ${version}` : shape))
  const { shape = '', version = '' } = wanted
  throw new UsageError(
    `${name} is not sent as ${`${shape} ${version}`.trim()}. It is there as: ${choices.join(', ')}.`,
  )
}

function samplesOf(type: string) {
  return samples
    .filter((sample) => sample.type === type)
    .map(({ shape, version, build }) => ({
      shape,
      version,
      build: (context: SampleContext) => [build(context)],
    }))
}

function unknownName(name: string): UsageError {
  const names = [...new Set([...samples.map(({ type }) => type), ...scenarios.map((each) => each.name)])]
  const guesses = nearest(name, names)
  const guess = guesses.length > 0 ? ` Did you mean ${guesses.join(' or ')}?` : ''
  return new UsageError(
    `There is no event type or scenario "${name}".${guess} "npm run trigger -- --list" shows all.`,
  )
}
