import { FormatRegistry, type TSchema } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { Value } from '@sinclair/typebox/value'
import type { FastifySchemaCompiler } from 'fastify'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const DATE_TIME = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/i

/** Names to TypeBox the formats that the schemas here use. Safe to call again. */
function registerFormats(): void {
  FormatRegistry.Set('uuid', (text) => UUID.test(text))
  FormatRegistry.Set('date-time', (text) => {
    const [, date] = DATE_TIME.exec(text) ?? []
    // Date reads the 30th of February as a day in March.
    const isOnCalendar = date !== undefined && new Date(`${date}T00:00Z`).toJSON()?.startsWith(date)
    return isOnCalendar === true && !Number.isNaN(Date.parse(text))
  })
}

/**
 * Checks requests by TypeBox. Unlike Fastify's own validator it does not drop what a schema does not name: a
 * misspelt filter must not turn into none. Says what is allowed by the schema's `description`.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  registerFormats()
  return ({ schema, httpPart }) => {
    const compiled = TypeCompiler.Compile(schema)
    return (value: unknown) => {
      // What is in a URL is text.
      const converted = httpPart === 'body' ? value : Value.Convert(schema, value)
      if (compiled.Check(converted)) return { value: converted }
      const error = compiled.Errors(converted).First()
      const name = error?.path.slice(1).replaceAll('/', '.') || (httpPart ?? 'request')
      const allowed: unknown = error?.schema.description
      const isKnown = typeof allowed === 'string' && error?.path !== ''
      return { error: new Error(`"${name}": ${isKnown ? `must be ${allowed}` : error?.message}`) }
    }
  }
}
