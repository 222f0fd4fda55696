import { framesOf, isDatabaseError, mayQuoteValues } from './safe-error.ts'

const TEXT_MAX_LENGTH = 2_000

/** Postgres' own words about constraints (23) and about names and rights (42) quote names, never values. */
const QUOTES_NAMES = /^(23|42)/

/**
 * An error as it is kept with an event and its job, on one line: `error: no room for AC1`. Operators see it in
 * lists, which they pass on, so nothing of a row may be in it; what the payload says is beside it, for those who
 * may look.
 *
 * - Of a database error it has the message, never `detail`, `hint` or `where`. What the message puts between quotes
 *   or parentheses, or may be a phone number, is left out where it may be a value: a trigger's
 *   `raise exception '%', new` shows the whole row.
 * - Of an error of the engine, whose words may quote anything, it has the place.
 */
export function errorText(error: unknown): string {
  return describe(error)
    .replaceAll(/[\0\s]+/g, ' ')
    .slice(0, TEXT_MAX_LENGTH)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `thrown ${typeof error}`
  const { name, message } = error
  if (isDatabaseError(error)) {
    // A trigger may raise any code with any words.
    const isOwn = QUOTES_NAMES.test(error.code) && error.routine !== 'exec_stmt_raise'
    return `${name}: ${isOwn ? message : withoutValues(message)}`
  }
  return mayQuoteValues(error) ? `${name} ${placeOf(error)}` : `${name}: ${message}`
}

function withoutValues(message: string): string {
  return message
    .replaceAll(/"[^"]*("|$)/g, '"…"')
    .replaceAll(/(?<!\w)'.*?('(?!\w)|$)/gs, "'…'")
    .replaceAll(/\(.*(\)|$)/gs, '(…)')
    .replaceAll(/(?<![\w-])\+?\d[\d ().-]{5,}\d(?!\w)/g, '…')
}

/** `at translateMessage (src/openphone/message.ts:34:10)` */
function placeOf(error: Error): string {
  const [frame = 'at an unknown place'] = framesOf(error)
  return frame.replace(/file:\S*\/(?=(src|test|node_modules)\/)/, '')
}
