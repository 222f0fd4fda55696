/** In UTF-16 units: at most 765 bytes of UTF-8, well below the 2,700 or so that a Postgres index entry holds. */
export const maxTextLength = 255

/** Whether a Postgres text column, and an index on it, can hold the text: short, no NUL, no lone surrogates. */
export function isStorable(text: string): boolean {
  return text.length <= maxTextLength && !text.includes('\0') && text.isWellFormed()
}
