import type { Registry } from '../../src/events/registry.ts'
import { createContext, type Sample } from '../../src/samples/index.ts'
import type { ObjectUpdate, OpenPhoneEvent } from '../../src/vocabulary/updates.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'

/**
 * What the registered translator makes of a sample that was received and stored; undefined where the type has
 * no translator.
 * @throws PermanentError when the translator refuses it.
 */
export function translateSample(
  { translators }: Pick<Registry, 'translators'>,
  sample: Sample,
): ObjectUpdate[] | undefined {
  const body = Buffer.from(JSON.stringify(sample.build(createContext({ seed: 'translated' }))))
  const { type, apiVersion, occurredAt } = parseEnvelope(body)
  // The envelope was checked: its data is an object.
  const payload: OpenPhoneEvent['payload'] = JSON.parse(body.toString())
  return translators.get(type)?.({ id: 'sample', type, apiVersion, occurredAt, payload })
}
