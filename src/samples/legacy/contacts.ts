import { timeIn } from '../context.ts'
import { legacyEnvelope } from '../envelopes.ts'
import type { Fields, Sample, SampleContext } from '../sample.ts'

function fieldList({ customer }: SampleContext): Fields[] {
  return [
    { name: 'Mobile', type: 'phone-number', value: customer.phoneNumber },
    { name: 'Email', type: 'email', value: customer.email },
    { name: 'Address', type: 'address', value: '48 Orchard St, 3rd floor' },
    { name: 'How they found us', type: 'string', value: 'Flyer at the café' },
  ]
}

/** `fields` is a list as a rule, but an object of the same entries has been seen: v1 stands for that. */
const fieldsOf: Record<string, (context: SampleContext) => Fields | Fields[]> = {
  v1: (context) => Object.fromEntries(fieldList(context).map((field, index) => [`field${index + 1}`, field])),
  v2: fieldList,
  v3: fieldList,
}

function contact(context: SampleContext, version: string): Fields {
  const { business, customer } = context
  return {
    id: customer.contactId,
    object: 'contact',
    firstName: customer.firstName,
    lastName: customer.lastName,
    company: customer.company,
    role: customer.role,
    pictureUrl: null,
    fields: fieldsOf[version]?.(context) ?? [],
    notes: [
      {
        text: 'Prefers texts after 5 pm 🌙',
        createdAt: timeIn(context, -7200),
        updatedAt: timeIn(context, -7200),
        userId: business.userId,
      },
    ],
    sharedWith: [business.userId, business.colleagueUserId],
    createdAt: timeIn(context, -90 * 24 * 3600),
    updatedAt: timeIn(context),
    userId: business.userId,
  }
}

export const legacyContacts: readonly Sample[] = ['contact.updated', 'contact.deleted'].flatMap((type) =>
  Object.keys(fieldsOf).map(
    (version): Sample => ({
      type,
      shape: 'legacy',
      version,
      build: (context) => legacyEnvelope(context, type, version, contact(context, version)),
    }),
  ),
)
