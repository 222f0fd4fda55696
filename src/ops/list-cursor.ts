/** The place of an event in a list. */
export interface Cursor {
  readonly id: string
  /** Set in lists by failure: the time to the microsecond, `2026-10-01T12:34:56.123456Z`. */
  readonly failedAt: string | null
}

const CURSOR =
  /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z)?\|([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/

/** The cursor as a text that fits into a URL. */
export function cursorOf({ id, failedAt }: Cursor): string {
  return Buffer.from(`${failedAt ?? ''}|${id}`).toString('base64url')
}

/** @returns undefined for a text that `cursorOf` did not make for a list of that order. */
export function parseCursor(text: string, order: 'failure' | 'arrival'): Cursor | undefined {
  const [, failedAt, id] = CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? []
  if (id === undefined || (order === 'failure') !== (failedAt !== undefined)) return undefined
  // The form alone allows hours and months that Postgres would not take.
  if (failedAt !== undefined && Number.isNaN(Date.parse(failedAt))) return undefined
  return { id, failedAt: failedAt ?? null }
}
