import fc from 'fast-check'
import { type Envelope, type Sample, samples } from '../../src/samples/index.ts'
import { type Edit, edited, editsFor } from './edits.ts'
import { contextOf, customers, MOMENTS, type Scene, type Side } from './world.ts'

/** A webhook of a history: a sample's payload about the small world, with some fields edited. */
export class HistoryEvent {
  readonly sample: Sample
  readonly scene: Scene
  readonly edits: readonly Edit[]
  readonly envelope: Envelope

  constructor(sample: Sample, scene: Scene, edits: readonly Edit[] = []) {
    this.sample = sample
    this.scene = scene
    this.edits = edits
    this.envelope = edited(sample.build(contextOf(scene)), edits)
  }

  get body(): Buffer {
    return Buffer.from(JSON.stringify(this.envelope))
  }

  /** What a counter-example shows: `call.missed v4 of side a, CT1…, at +2s {"status":"absent"}`. */
  toString(): string {
    const { sample, scene } = this
    const edits = this.edits.map(({ field, value }) => `${field}: ${JSON.stringify(value) ?? 'absent'}`)
    const lookup = scene.contactLookup === 'matched' ? '' : `, contacts ${scene.contactLookup}`
    const who = `${scene.side}, customer ${customers.indexOf(scene.customer)}, ${scene.isClinic ? 'clinic' : 'plumber'}`
    return `${sample.type} ${sample.version} [${who}${lookup}] at +${scene.second}s {${edits.join(', ')}}`
  }

  [fc.toStringMethod](): string {
    return this.toString()
  }
}

/** The first choice mostly, so that events meet. */
function mostly<Choice>(first: Choice, ...others: Choice[]): fc.Arbitrary<Choice> {
  return fc.constantFrom(first, first, first, ...others)
}

export const anyScene: fc.Arbitrary<Scene> = fc.record({
  second: fc.nat(MOMENTS - 1),
  side: mostly<Side>('a', 'b'),
  customer: fc.constantFrom(...customers),
  isClinic: fc.boolean(),
  contactLookup: fc.constantFrom('matched', 'none', 'unavailable'),
})

const EDITS_MAX = 4

/** Which field and value, of those that fit the sample: counted on from the start after the last one. */
const anyPlace = fc.tuple(fc.nat(999), fc.nat(999))
const anyPlaces = fc.array(anyPlace, { maxLength: EDITS_MAX, size: 'max' })

export interface EventOptions {
  /** Which of the samples' fields may be edited; all when absent. */
  readonly isEditable?: (field: string) => boolean
}

/**
 * Events of the given samples, each with a few edits. Edits are drawn as places in a list and not as values,
 * so that an event shrinks without being drawn anew.
 */
export function eventOf(
  choices: readonly Sample[] = samples,
  options: EventOptions = {},
): fc.Arbitrary<HistoryEvent> {
  return fc
    .tuple(fc.constantFrom(...choices), anyScene, anyPlaces)
    .map(([sample, scene, places]) => eventAt(sample, scene, places, options))
}

/** An event, perhaps with another one that tells the same but for a field, as a second subscription may. */
export function twinsOf(
  choices: readonly Sample[] = samples,
  options: EventOptions = {},
): fc.Arbitrary<HistoryEvent[]> {
  return fc
    .tuple(fc.constantFrom(...choices), anyScene, anyPlaces, fc.option(anyPlace, { freq: 2 }))
    .map(([sample, scene, places, more]) => {
      const event = eventAt(sample, scene, places, options)
      return more === null ? [event] : [event, eventAt(sample, scene, [...places, more], options)]
    })
}

type Places = readonly (readonly [field: number, value: number])[]

function eventAt(
  sample: Sample,
  scene: Scene,
  places: Places,
  { isEditable = () => true }: EventOptions,
): HistoryEvent {
  const choices = editsFor(sample.build(contextOf(scene))).filter(([edit]) => edit && isEditable(edit.field))
  return new HistoryEvent(sample, scene, editsAt(choices, places))
}

function editsAt(fields: readonly Edit[][], places: Places): Edit[] {
  const edits = places.flatMap(([field, value]) => {
    const choices = fields[field % fields.length] ?? []
    return choices[value % choices.length] ?? []
  })
  return [...new Map(edits.map((edit) => [edit.field, edit])).values()]
}
