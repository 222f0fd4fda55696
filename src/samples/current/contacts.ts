import { timeIn } from '../context.ts'
import { currentEnvelope } from '../envelopes.ts'
import { currentVersion, type Envelope, type Fields, type Sample, type SampleContext } from '../sample.ts'

/** Created or changed: the event is the same. */
export function contactUpdated(context: SampleContext, fields: Fields = {}): Envelope {
  return contactEvent(context, 'contact.updated', fields)
}

/** The resource looks as it did before; only the type says that it is gone. */
export function contactDeleted(context: SampleContext, fields: Fields = {}): Envelope {
  return contactEvent(context, 'contact.deleted', fields)
}

function contactEvent(context: SampleContext, type: string, fields: Fields): Envelope {
  const { business, customer } = context
  return currentEnvelope(context, type, {
    resource: {
      id: customer.contactId,
      firstName: customer.firstName,
      lastName: customer.lastName,
      company: customer.company,
      role: customer.role,
      location: null,
      source: 'api',
      externalId: `crm-${customer.contactId.slice(-6)}`,
      emails: [{ value: customer.email, type: 'email' }],
      phoneNumbers: [{ value: customer.phoneNumber, type: 'phone-number' }],
      customFields: [
        { name: 'Language', key: 'language', id: 'cf1', type: 'multi-select', value: ['English', 'Español'] },
        { name: 'Customer since', key: 'customerSince', id: 'cf2', type: 'date', value: '2024-02-29' },
        { name: 'Open balance', key: 'openBalance', type: 'number', value: 120.5 },
        { name: 'Newsletter', key: 'newsletter', type: 'boolean', value: true },
      ],
      createdAt: timeIn(context, -90 * 24 * 3600),
      updatedAt: timeIn(context),
      ...fields,
    },
    context: {
      orgId: business.orgId,
      userId: business.userId,
      sharedWithIds: [business.colleagueUserId],
    },
    link: `https://my.quo.com/contacts/${customer.contactId}`,
  })
}

const shape = 'current'
const version = currentVersion

export const currentContacts: readonly Sample[] = [
  { type: 'contact.updated', shape, version, build: contactUpdated },
  { type: 'contact.deleted', shape, version, build: contactDeleted },
]
