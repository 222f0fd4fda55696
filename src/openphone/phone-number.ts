import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { filled, identifier, list, record } from './fields.ts'

/** Parsing takes microseconds and the same numbers come again and again. About 2 MB when full. */
const CACHE_SIZE = 10_000
const cache = new Map<string, string>()

const NUMBER_LIKE = /^\+?[\d\s().-]+$/
// The provider is North American, and so are numbers without a country code: ten digits, or eleven from 1.
const NORTH_AMERICAN = /^1?[2-9]\d{9}$/
const E164 = /^\+[1-9]\d{6,14}$/

/**
 * A phone number in E.164 (`+14155550100`) where it is one. Short codes and words such as `anonymous`
 * stay as given, without spaces around them.
 */
export function phoneNumber(value: unknown): string | undefined {
  const given = identifier(value)?.trim()
  if (given === undefined) return undefined
  const cached = cache.get(given)
  if (cached !== undefined) return cached

  const parsed = parse(given)
  if (cache.size >= CACHE_SIZE) {
    for (const oldest of cache.keys()) {
      cache.delete(oldest)
      break
    }
  }
  cache.set(given, parsed)
  return parsed
}

/** Whether the text is a number in E.164, as opposed to a short code or a word in a number's place. */
export function isE164(value: string | undefined): value is string {
  return value !== undefined && E164.test(value)
}

/**
 * Numbers given as a list, as one text or as texts between commas; a number may be wrapped in an object.
 * In the given order, without repeats.
 */
export function phoneNumbers(value: unknown): string[] | undefined {
  if (typeof value === 'number') return phoneNumbers(String(value))
  if (typeof value === 'string') return filled(phoneNumbers(value.split(/[,;]/)))
  const items = list(value)
  if (items === undefined) return undefined
  return [...new Set(items.map(unwrapped).filter((item) => item !== undefined))]
}

function unwrapped(item: unknown): string | undefined {
  const wrapping = record(item)
  if (wrapping === undefined) return phoneNumber(item)
  return phoneNumber(wrapping.phoneNumber) ?? phoneNumber(wrapping.number) ?? phoneNumber(wrapping.value)
}

function parse(given: string): string {
  if (!NUMBER_LIKE.test(given)) return given
  const digits = given.replace(/\D/g, '')
  let international: string
  if (given.startsWith('+')) international = `+${digits}`
  else if (NORTH_AMERICAN.test(digits)) international = digits.length === 10 ? `+1${digits}` : `+${digits}`
  else return given
  const number = parsePhoneNumberFromString(international)
  return number?.isPossible() === true ? number.number : given
}
