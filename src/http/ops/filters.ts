import { Type } from '@sinclair/typebox'

/** No text in the database has a NUL. */
const TEXT = '^[^\\u0000]*$'

export const EventId = Type.String({ format: 'uuid', description: 'the id of an event, a UUID' })

/** The events that are kept, by what they have become. */
export const Status = Type.Unsafe<'received' | 'processed' | 'ignored' | 'failed'>(
  Type.Union(
    [Type.Literal('received'), Type.Literal('processed'), Type.Literal('ignored'), Type.Literal('failed')],
    { description: 'one of received, processed, ignored, failed' },
  ),
)

export const EventType = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: TEXT,
  description: 'an event type such as message.received',
})

export const ErrorText = Type.String({
  maxLength: 4_000,
  pattern: TEXT,
  description: 'the whole text of the last error, as the groups of failures have it; empty for none',
})

export const Time = Type.String({
  format: 'date-time',
  description: 'a time with its zone, such as 2026-10-01T12:00:00Z',
})

export const SearchText = Type.String({
  minLength: 4,
  maxLength: 200,
  pattern: TEXT,
  description: 'a phone number or an id, of 4 to 200 characters',
})

/** A time of a request that was checked, as a Date. */
export function toDate(time: string | undefined): Date | undefined {
  return time === undefined ? undefined : new Date(time)
}
