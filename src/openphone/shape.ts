import type { OpenPhoneEvent } from '../vocabulary/updates.ts'
import { record } from './fields.ts'

/**
 * How a payload is laid out:
 *
 * - **current** (`2026-03-30`): the object in `data.resource`, what surrounds it in `data.context`
 * - **legacy** (`v1` to `v4`): everything in `data.object`
 * - **flat**: everything in `data` itself
 */
export type Shape = 'current' | 'legacy' | 'flat'

/** The object that an event is about, wherever its shape keeps it. */
export interface Subject {
  readonly shape: Shape
  /** Where the object is, for error messages: `data.resource`, `data.object` or `data`. */
  readonly path: string
  readonly resource: Record<string, unknown>
  /** What surrounds the object; in shapes that do not set it apart, the object itself. */
  readonly context: Record<string, unknown>
  /** The provider's link to the object in its app, unread. */
  readonly deepLink: unknown
}

/** Tells the shape by what is there: the version that an envelope names is not always given, nor right. */
export function subjectOf(event: OpenPhoneEvent): Subject {
  const data = record(event.payload.data) ?? {}
  const resource = record(data.resource)
  if (resource !== undefined) {
    const context = record(data.context) ?? {}
    return { shape: 'current', path: 'data.resource', resource, context, deepLink: record(data.links)?.quo }
  }
  const object = record(data.object)
  if (object !== undefined) {
    return {
      shape: 'legacy',
      path: 'data.object',
      resource: object,
      context: object,
      deepLink: data.deepLink,
    }
  }
  return { shape: 'flat', path: 'data', resource: data, context: data, deepLink: data.deepLink }
}
