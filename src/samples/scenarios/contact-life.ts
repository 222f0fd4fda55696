import { later, timeIn } from '../context.ts'
import { contactDeleted, contactUpdated } from '../current/contacts.ts'
import { currentVersion } from '../sample.ts'
import type { Scenario } from './scenario.ts'

export const contactLife: Scenario = {
  name: 'contact-life',
  description: 'A contact is saved with a number only, named, given a company, and deleted',
  shape: 'current',
  version: currentVersion,
  build(context) {
    const saved = later(context, -3600)
    const born = { createdAt: timeIn(saved), externalId: null }
    const unknown = {
      firstName: null,
      lastName: null,
      company: null,
      role: null,
      emails: [],
      customFields: [],
    }
    const employed = { ...born, company: 'Café Señorita', role: 'Owner', location: 'Brooklyn, NY' }
    return [
      contactUpdated(saved, { ...born, ...unknown }),
      contactUpdated(later(saved, 600), { ...born, company: null, role: null }),
      contactUpdated(later(saved, 1800), employed),
      contactDeleted(context, employed),
    ]
  },
}
