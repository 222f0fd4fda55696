import { clean } from './clean.ts'
import { filled, label, list, record } from './fields.ts'
import { isE164, phoneNumber } from './phone-number.ts'

/** A contact's numbers, addresses and custom fields, each undefined where the payload does not know it. */
export interface ContactFields {
  /** E.164, in the provider's order, without repeats. */
  phone_numbers: string[] | undefined
  emails: string[] | undefined
  /** All of them, with names and types, as given. */
  custom_fields: unknown[] | undefined
}

/** Reads both layouts: three lists of their own (current), or one of everything, named `fields` (legacy). */
export function contactFieldsOf(resource: Record<string, unknown>): ContactFields {
  const fields = list(resource.fields) ?? entriesOf(resource.fields)
  return fields === undefined ? fromOwnLists(resource) : fromFields(fields)
}

function fromOwnLists(resource: Record<string, unknown>): ContactFields {
  const phones = list(resource.phoneNumbers)
  const emails = list(resource.emails)
  const custom = list(resource.customFields)
  const isKnown = phones !== undefined || emails !== undefined || custom !== undefined
  return {
    phone_numbers: phones && numbersIn(phones),
    emails: emails && addressesIn(emails),
    custom_fields: isKnown ? clean([...(phones ?? []), ...(emails ?? []), ...(custom ?? [])]) : undefined,
  }
}

function fromFields(fields: unknown[]): ContactFields {
  return {
    phone_numbers: numbersIn(fields.filter((field) => PHONE_TYPES.has(typeOf(field)))),
    emails: addressesIn(fields.filter((field) => EMAIL_TYPES.has(typeOf(field)))),
    custom_fields: clean(fields),
  }
}

const PHONE_TYPES: ReadonlySet<string | undefined> = new Set([
  'phonenumber',
  'phone',
  'mobile',
  'mobilephone',
])
const EMAIL_TYPES: ReadonlySet<string | undefined> = new Set(['email', 'emailaddress'])

/** A field's type without its spelling's signs: `phone-number` and `phoneNumber` are one. Else its name. */
function typeOf(field: unknown): string | undefined {
  const given = record(field)
  const name = label(given?.type) ?? label(given?.name)
  return name?.toLowerCase().replace(/[^a-z]/g, '')
}

/** Fields given as an object of names and values, as a list like any other. An empty object is unknown. */
function entriesOf(value: unknown): unknown[] | undefined {
  const fields = record(value)
  if (fields === undefined) return undefined
  const items = Object.entries(fields).flatMap(([name, given]) =>
    (list(given) ?? [given]).map((item) => ({ name, ...(record(item) ?? { value: item }) })),
  )
  return filled(items)
}

function numbersIn(items: unknown[]): string[] | undefined {
  return readable(items, phoneNumber)?.filter(isE164)
}

function addressesIn(items: unknown[]): string[] | undefined {
  return readable(items, (value) => label(value)?.trim())
}

/** An empty list is known to be empty; a list of which nothing can be read is unknown. */
function readable(items: unknown[], read: (value: unknown) => string | undefined): string[] | undefined {
  const values = new Set<string>()
  for (const item of items) {
    const given = record(item)
    const value = read(given === undefined ? item : given.value)
    if (value !== undefined) values.add(value)
  }
  return items.length > 0 && values.size === 0 ? undefined : [...values]
}
