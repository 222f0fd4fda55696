import fc from 'fast-check'
import { createContext, type Envelope, samples } from '../../src/samples/index.ts'
import { hostileValue } from './values.ts'

type Holder = Record<string, unknown>

/** What is done to one place of a payload. */
type Spoil = { readonly at: number } & (
  | { readonly how: 'replace' | 'add'; readonly value: unknown }
  | { readonly how: 'remove' | 'wrap' }
)

const anyPlace = fc.nat(10_000)
const spoil: fc.Arbitrary<Spoil> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ at: anyPlace, how: fc.constant('replace'), value: hostileValue }) },
  { weight: 1, arbitrary: fc.record({ at: anyPlace, how: fc.constant('add'), value: hostileValue }) },
  { weight: 1, arbitrary: fc.record({ at: anyPlace, how: fc.constantFrom('remove', 'wrap') }) },
)

const sample = fc.constantFrom(...samples)
const seed = fc.nat().map(String)

/** A realistic event of any type, shape and version, with a few places of it spoilt. */
const spoiltSample = fc
  .record({ sample, seed, spoils: fc.array(spoil, { minLength: 1, maxLength: 6 }) })
  .map(({ sample, seed, spoils }) => {
    const envelope = structuredClone(sample.build(createContext({ seed })))
    for (const each of spoils) apply(envelope, each)
    return envelope
  })

/** An event of any type, shape and version, of which every field but the ids of the object is anything. */
const hollowSample = fc
  .record({ sample, seed, values: fc.array(hostileValue, { minLength: 1, maxLength: 12 }) })
  .map(({ sample, seed, values }) => {
    const envelope = structuredClone(sample.build(createContext({ seed })))
    const { data } = envelope
    let next = 0
    for (const holder of [data.resource, data.object, data.context, data].filter(isHolder)) {
      for (const key of Object.keys(holder)) {
        const isKept = /^(id|\w+Id|resource|object|context)$/.test(key)
        if (!isKept) holder[key] = values[next++ % values.length]
      }
    }
    return envelope
  })

/** A known type, and data that has nothing to do with it. */
const strangeData = fc
  .record({
    sample,
    id: hostileValue,
    inside: hostileValue,
    where: fc.constantFrom('resource', 'object', 'data'),
  })
  .map(({ sample, id, inside, where }): Envelope => {
    const thing = isHolder(inside) ? { ...inside, id, messageId: id, callId: id } : inside
    if (where === 'data') return { type: sample.type, data: isHolder(thing) ? thing : { thing } }
    return { type: sample.type, data: { [where]: thing } }
  })

/** An envelope of a registered type with any JSON in its data. */
export const hostileEnvelope: fc.Arbitrary<Envelope> = fc.oneof(
  { weight: 4, arbitrary: spoiltSample },
  { weight: 3, arbitrary: hollowSample },
  { weight: 1, arbitrary: strangeData },
)

function apply(envelope: Envelope, spoil: Spoil): void {
  const places = placesIn(envelope).filter(
    ({ holder, key }) => holder !== envelope || !/^(type|data)$/.test(key),
  )
  const place = places[spoil.at % places.length]
  if (place === undefined) return
  const { holder, key } = place
  if (spoil.how === 'replace') holder[key] = spoil.value
  else if (spoil.how === 'add') holder[`${key}Too`] = spoil.value
  else if (spoil.how === 'wrap') holder[key] = [holder[key]]
  else delete holder[key]
}

/** Every key of every object and list, from the outside in. */
function placesIn(value: unknown): { holder: Holder; key: string }[] {
  if (!isHolder(value) && !Array.isArray(value)) return []
  // A list is taken for an object whose keys are its indices.
  const holder = value as Holder
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])])
}

function isHolder(value: unknown): value is Holder {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
