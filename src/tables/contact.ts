import type { ContactNumberTable } from './contact-number.ts'
import type { ContactProfileTable } from './contact-profile.ts'

/**
 * View `openphone.contact`: who a number belongs to, worked out when it is asked for from the numbers
 * seen and the provider's contacts. One row per known number, and one per contact without any.
 */
export interface ContactView
  extends Omit<ContactProfileTable, 'id' | 'stamps'>,
    Pick<ContactNumberTable, 'provider_contact_id' | 'name'> {
  /** The number, else the provider's contact id. */
  id: string
  phone_number: string | null
}
