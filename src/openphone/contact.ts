import type { ContactProfileUpdate, Translate } from '../vocabulary/updates.ts'
import { clean } from './clean.ts'
import { type ContactFields, contactFieldsOf } from './contact-fields.ts'
import { date, filled, identifier, identifierList, label, list } from './fields.ts'
import { idReader } from './identity.ts'
import { subjectOf } from './shape.ts'
import { contactNumbersOf, DELETED_AT_UNKNOWN_TIME, later, timeOf } from './surroundings.ts'

const contactId = idReader({ current: 'id', legacy: 'id', flat: 'contactId' })

/** `contact.*` of all shapes: the provider's contact, and the numbers that it lists. */
export const translateContact: Translate = (event) => {
  const subject = subjectOf(event)
  const { resource, context } = subject
  const id = contactId(subject)
  const isDeleted = event.type === 'contact.deleted'
  const lastChange = timeOf(subject, event)
  // A deletion's updatedAt is that of the last change before it.
  const at = isDeleted ? later(lastChange, event.occurredAt) : lastChange
  const fields = isDeleted ? filledOnly(contactFieldsOf(resource)) : contactFieldsOf(resource)

  const profile: ContactProfileUpdate = {
    kind: 'contact_profile',
    id,
    at,
    fields: {
      first_name: label(resource.firstName),
      last_name: label(resource.lastName),
      company: label(resource.company),
      role: label(resource.role),
      location: label(resource.location),
      source: label(resource.source),
      external_id: identifier(resource.externalId),
      picture_url: label(resource.pictureUrl),
      ...fields,
      notes: notesOf(resource.notes),
      shared_with: identifierList(context.sharedWithIds) ?? identifierList(resource.sharedWith),
      user_id: identifier(context.userId),
      org_id: identifier(context.orgId),
      created_at: date(resource.createdAt),
      updated_at: date(resource.updatedAt),
      deleted_at: isDeleted ? (at ?? DELETED_AT_UNKNOWN_TIME) : null,
    },
  }
  return [profile, ...contactNumbersOf(subject, fields.phone_numbers ?? [], false, at)]
}

/** What is gone with a contact is left out of its deletion: there, an empty list means nothing. */
function filledOnly(fields: ContactFields): ContactFields {
  return {
    phone_numbers: filled(fields.phone_numbers),
    emails: filled(fields.emails),
    custom_fields: filled(fields.custom_fields),
  }
}

function notesOf(value: unknown): unknown[] | undefined {
  const notes = list(value)
  return notes && clean(notes)
}
