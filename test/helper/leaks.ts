/** Something that must not be shown: not even `part` characters of it in a row. */
export interface Hidden {
  readonly what: string
  readonly text: string
  readonly part: number
}

/** Few enough to catch a secret shown in part, many enough not to be met by chance. */
export const SECRET_PART = 12
/** A phrase. Shorter ones are English that a description may hold too. */
const TEXT_PART = 20
/** A number without its country code. */
const PHONE_PART = 10

/** A signing secret in every form it has on its way: as set, without its prefix, decoded, and the key in hex. */
export function hiddenSecret(what: string, secret: string): Hidden[] {
  const bare = secret.replace(/^(whsec_|hex:)/, '')
  const key = Buffer.from(bare, secret.startsWith('hex:') ? 'utf8' : 'base64')
  return [
    hidden(`${what}, as set`, secret),
    hidden(`${what}, without its prefix`, bare),
    hidden(`${what}, decoded`, key.toString('latin1')),
    hidden(`${what}, in hex`, key.toString('hex')),
    hidden(`${what}, in base64`, key.toString('base64')),
    hidden(`${what}, in base64url`, key.toString('base64url')),
  ]
}

/** The digests of a signature header, in base64 and in hex. */
export function hiddenSignature(what: string, header: string): Hidden[] {
  return header.split(/[ ,;=]/).flatMap((field) => {
    if (/^[0-9a-f]{64}$/i.test(field)) {
      return [hidden(what, field), hidden(what, Buffer.from(field, 'hex').toString('base64'))]
    }
    if (field.length !== 43) return []
    return [hidden(what, field), hidden(what, Buffer.from(field, 'base64').toString('hex'))]
  })
}

/** What people wrote and said, their numbers, names and addresses, from anywhere in a payload. */
export function hiddenTexts(payload: unknown): Hidden[] {
  if (typeof payload === 'object' && payload !== null) return Object.values(payload).flatMap(hiddenTexts)
  if (typeof payload !== 'string') return []
  if (/^\+\d+$/.test(payload)) return [{ what: 'a phone number', text: payload, part: PHONE_PART }]
  return /\s|@|:\/\//.test(payload) ? [{ what: 'a text', text: payload, part: TEXT_PART }] : []
}

function hidden(what: string, text: string): Hidden {
  return { what, text, part: SECRET_PART }
}

/** Says what of the hidden was shown, each with the place. */
export function findLeaks(shown: string, everything: readonly Hidden[]): string[] {
  const runsShown = new Map<number, Set<string>>()
  const leaks = new Set<string>()
  for (const { what, text, part } of everything) {
    const runs = runsShown.get(part) ?? new Set(runsOf(shown, part))
    runsShown.set(part, runs)
    const short = text.length < part && shown.includes(text) ? text : undefined
    const leaked = short ?? runsOf(text, part).find((run) => runs.has(run))
    if (leaked === undefined) continue
    const at = shown.indexOf(leaked)
    leaks.add(`${what}: ${shown.slice(Math.max(0, at - 100), at + 100)}`)
  }
  return [...leaks]
}

/** Every run of so many characters; none of a shorter text. */
function runsOf(text: string, length: number): string[] {
  const count = Math.max(0, text.length - length + 1)
  return Array.from({ length: count }, (_, start) => text.slice(start, start + length))
}
