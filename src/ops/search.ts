import { isE164, phoneNumber } from '../openphone/phone-number.ts'

/** What somebody looks for. */
export interface Search {
  /** `number`: a phone number in E.164. `id`: ours of an event, or the provider's of anything. */
  readonly kind: 'number' | 'id'
  readonly text: string
}

/** Takes a text for a phone number where it can be one, however it is written, else for an id. */
export function parseSearch(text: string): Search {
  // A plus sign that was not encoded comes out of a URL as a space.
  const given = /^ \d/.test(text) ? `+${text.trim()}` : text.trim()
  const number = phoneNumber(given)
  return isE164(number) ? { kind: 'number', text: number } : { kind: 'id', text: given }
}
