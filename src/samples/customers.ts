import { hash } from 'node:crypto'

/** Somebody outside the workspace. A number has one owner: the same number is always the same person. */
export interface Customer {
  readonly firstName: string
  readonly lastName: string
  readonly company: string | null
  readonly role: string | null
  /** E.164. */
  readonly phoneNumber: string
  readonly email: string
  /** The provider's id of the person as a contact. */
  readonly contactId: string
}

// 555-0100 to 555-0199 are kept for fiction in every area code of the North American plan; with these
// area codes libphonenumber takes all of them for valid numbers.
const areaCodes = [
  201, 202, 206, 212, 213, 214, 215, 217, 301, 303, 305, 310, 312, 313, 314, 315, 401, 402, 404, 406, 408,
  410, 412, 414, 415, 416, 503, 505, 512, 514, 515, 516, 601, 602, 604, 605, 608, 612, 613, 614, 617, 619,
  702, 703, 704, 706, 713, 716, 718, 720, 801, 802, 804, 808, 813, 815, 816, 818, 901, 902, 904, 907, 913,
  914, 916, 919,
]

// Two lists without a common divisor of their lengths, so that neighbours differ in both names.
const firstNames = [
  'Amélie',
  'Bao',
  'Chloë',
  'Dante',
  'Esra',
  'Fionnuala',
  'Grzegorz',
  'Hana',
  'Imani',
  'José',
  'Keisha',
  'Liam',
  'Mónica',
  'Nikhil',
  'Øystein',
  'Priya',
  'Quentin',
]
const lastNames = [
  "O'Brien",
  'Nguyễn',
  'García',
  'Müller',
  'Kowalczyk',
  'Smith',
  'Adeyemi',
  'Lindström',
  'Papadopoulou',
  'Tanaka',
  'de la Cruz',
  'Şahin',
  'Johnson-Reyes',
]
const companies = [
  null,
  null,
  'Harbour Street Bakery',
  'Café Señorita',
  null,
  'Northwind Property Management',
  null,
]
const roles = ['Owner', 'Office manager', 'Superintendent']

/** How many different customers there are. */
export const customerCount = areaCodes.length * 100

/** The customer of that place in the list; the list begins again after `customerCount`. */
export function customerAt(index: number): Customer {
  const place = index % customerCount
  const areaCode = at(areaCodes, Math.floor(place / 100))
  const phoneNumber = `+1${areaCode}55501${String(place % 100).padStart(2, '0')}`
  const company = at(companies, place)
  return {
    firstName: at(firstNames, place),
    lastName: at(lastNames, place),
    company,
    role: company === null ? null : at(roles, place),
    phoneNumber,
    email: `customer${place}@example.com`,
    contactId: `CT${hash('sha256', phoneNumber).slice(0, 24)}`,
  }
}

/** The item at the index, counting on from the start after the last one. */
function at<T>(list: readonly T[], index: number): T {
  // The index is within the list, so what is there is a T even where T includes undefined.
  return list[index % list.length] as T
}
