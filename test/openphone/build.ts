import assert from 'node:assert'
import { translators } from '../../src/openphone/index.ts'
import type { OpenPhoneEvent, Update } from '../../src/vocabulary/updates.ts'

export type Json = Record<string, unknown>

export const OCCURRED_AT = new Date('2026-04-13T12:00:00.000Z')
export const CUSTOMER = '+14155550100'
export const WORKSPACE = '+14155550200'

/** An event as the worker hands it to a translator. */
export function event(type: string, data: Json, overrides: Partial<OpenPhoneEvent> = {}): OpenPhoneEvent {
  return {
    id: '01964e3c-8d00-7000-8000-000000000001',
    type,
    apiVersion: null,
    occurredAt: OCCURRED_AT,
    payload: { type, data },
    ...overrides,
  }
}

/** The current shape, with the surroundings of a call or message that a known customer takes part in. */
export function current(type: string, resource: Json, context: Json = {}): OpenPhoneEvent {
  return event(
    type,
    {
      resource,
      context: {
        orgId: 'OR1',
        phoneNumberId: 'PN1',
        conversationId: 'CN1',
        userId: 'US1',
        contacts: { ids: ['CT1'], lookupStatus: 'matched' },
        ...context,
      },
      links: { quo: 'https://my.quo.com/inbox/PN1/c/CN1' },
    },
    { apiVersion: '2026-03-30' },
  )
}

export function legacy(type: string, object: Json, apiVersion = 'v4'): OpenPhoneEvent {
  const surroundings = { userId: 'US1', phoneNumberId: 'PN1', conversationId: 'CN1', contactIds: ['CT1'] }
  return event(type, { object: { ...surroundings, ...object } }, { apiVersion })
}

/** The flat shape; its envelope names no time. */
export function flat(type: string, data: Json): OpenPhoneEvent {
  return event(type, data, { occurredAt: null })
}

/** Runs the translator that is registered for the event's type. */
export function translate(given: OpenPhoneEvent): Update[] {
  const translator = translators.get(given.type)
  assert(translator, `${given.type} is not registered`)
  return translator(given)
}

/** The only update of a kind, and of an id where one is given; fails when there is none or more than one. */
export function only<Kind extends Update['kind']>(
  updates: readonly Update[],
  kind: Kind,
  id?: string,
): Extract<Update, { kind: Kind }> {
  const found = updates.filter(
    (update): update is Extract<Update, { kind: Kind }> =>
      update.kind === kind && (id === undefined || update.id === id),
  )
  const [update, ...others] = found
  assert(update !== undefined && others.length === 0, `${found.length} updates of kind ${kind}`)
  return update
}

/** What an update knows: its fields without those that are undefined. */
export function known(update: Update): Json {
  return Object.fromEntries(Object.entries(update.fields).filter(([, value]) => value !== undefined))
}

/** What the registered translator says of the only object of a kind. */
export function fieldsOf(given: OpenPhoneEvent, kind: Update['kind']): Json {
  return known(only(translate(given), kind))
}
