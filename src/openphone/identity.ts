import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { PermanentError } from '../errors.ts'
import { clean } from './clean.ts'
import { IDENTIFIER_MAX_LENGTH } from './fields.ts'
import type { Shape, Subject } from './shape.ts'

/** An id is opaque. Some generations and relays send numbers. */
const Id = Type.Union([
  // Something must be left of it when spaces and NULs are taken away.
  Type.String({ maxLength: IDENTIFIER_MAX_LENGTH, pattern: '[^\\s\\u0000]' }),
  Type.Number(),
])

/**
 * Builds the reader of an object's id, given the field that holds it in each shape. The id is all that a
 * payload must have: without it there is no row to file the rest under.
 * @throws PermanentError (the reader) naming the field, such as
 *   `data.resource.id: expected a non-empty text or number`.
 */
export function idReader(fields: Readonly<Record<Shape, string>>): (subject: Subject) => string {
  const readers = {
    current: fieldReader(fields.current),
    legacy: fieldReader(fields.legacy),
    flat: fieldReader(fields.flat),
  }
  return (subject) => readers[subject.shape](subject)
}

function fieldReader(field: string): (subject: Subject) => string {
  const fileable = TypeCompiler.Compile(Type.Object({ [field]: Id }))
  return ({ shape, path, resource }) => {
    if (fileable.Check(resource)) return clean(String(resource[field]))
    const hint = shape === 'flat' ? ', or the object itself in data.resource or data.object' : ''
    throw new PermanentError(
      `${path}.${field}: expected a non-empty text or number of at most ${IDENTIFIER_MAX_LENGTH} characters${hint}`,
    )
  }
}
