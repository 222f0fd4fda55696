/**
 * Makes text and JSON fit for Postgres, which holds neither NUL nor half of a surrogate pair: NULs are
 * dropped, lone surrogates become U+FFFD. What is clean already comes back as it is, without a copy.
 */
export function clean(value: string): string
export function clean(value: unknown[]): unknown[]
export function clean(value: unknown): unknown
export function clean(value: unknown): unknown {
  return isClean(value) ? value : cleaned(value)
}

function isClean(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isClean)
  return Object.entries(value).every(([key, inner]) => isClean(key) && isClean(inner))
}

function cleaned(value: unknown): unknown {
  if (typeof value === 'string') return cleanedText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(cleaned)
  // Not by assignment: a key `__proto__` would then set the prototype.
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanedText(key), cleaned(inner)]))
}

function cleanedText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
