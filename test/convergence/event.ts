import fc from 'fast-check'
import { type Envelope, type Sample, samples } from '../../src/samples/index.ts'
import { type Edit, edited, editsFor } from './edits.ts'
import { contextOf, customers, MOMENTS, type Scene } from './world.ts'

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

export const anyScene: fc.Arbitrary<Scene> = fc.record({
  second: fc.nat(MOMENTS - 1),
  side: fc.constantFrom('a', 'b'),
  customer: fc.constantFrom(...customers),
  isClinic: fc.boolean(),
  contactLookup: fc.constantFrom('matched', 'none', 'unavailable'),
})

const EDITS_MAX = 4

/** Which edit, of those that fit the sample: counted on from the start after the last one. */
const anyPlace = fc.nat(999)

/**
 * Events of the given samples, each with a few edits. Edits are drawn as places in a list and not as
 * values, so that an event shrinks without being drawn anew.
 */
export function eventOf(
  choices: readonly Sample[] = samples,
  { isEditable = () => true }: { readonly isEditable?: (field: string) => boolean } = {},
): fc.Arbitrary<HistoryEvent> {
  const editPlaces = fc.array(fc.tuple(anyPlace, anyPlace), { maxLength: EDITS_MAX, size: 'max' })
  return fc.tuple(fc.constantFrom(...choices), anyScene, editPlaces).map(([sample, scene, places]) => {
    const choices = editsFor(sample.build(contextOf(scene))).filter(
      ([edit]) => edit && isEditable(edit.field),
    )
    return new HistoryEvent(sample, scene, editsAt(choices, places))
  })
}

function editsAt(fields: readonly Edit[][], places: readonly (readonly [number, number])[]): Edit[] {
  const edits = places.flatMap(([field, value]) => {
    const choices = fields[field % fields.length] ?? []
    return choices[value % choices.length] ?? []
  })
  return [...new Map(edits.map((edit) => [edit.field, edit])).values()]
}
