import { InvalidArgumentError } from 'commander'
import type { Envelope } from '../samples/sample.ts'
import { UsageError } from './usage-error.ts'

/** One field of the payload to be replaced: `data.resource.text`, `data.context.contacts.ids.0`. */
export interface Override {
  readonly path: string
  readonly value: unknown
}

/**
 * Reads `path=value` for commander and adds it to those before. A value that is JSON (`5`, `null`, `["a"]`,
 * `"5"`) is taken as such, anything else as text.
 */
export function overrideOption(text: string, before: Override[] = []): Override[] {
  const [path = '', ...rest] = text.split('=')
  if (rest.length === 0 || path.split('.').some((key) => key === '' || key === '__proto__')) {
    throw new InvalidArgumentError('It must be path=value, as in data.resource.text=hello.')
  }
  return [...before, { path, value: jsonOrText(rest.join('=')) }]
}

/**
 * Sets the field in the envelope. Objects missing on the way to it are made.
 * @throws UsageError when something on the way is not an object.
 */
export function applyOverride(envelope: Envelope, { path, value }: Override): void {
  const keys = path.split('.')
  const last = keys.pop() ?? path
  let place: Record<string, unknown> = envelope
  for (const key of keys) {
    place[key] ??= {}
    const next = place[key]
    if (!isObject(next)) throw new UsageError(`--set ${path}: "${key}" holds no fields in ${envelope.type}.`)
    place = next
  }
  place[last] = value
}

/** A list counts as an object whose keys are its places. */
function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
