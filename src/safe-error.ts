/** What may be logged of an error: what it is and where it arose, never the values it was about. */
export interface SafeError {
  readonly name: string
  /** SQLSTATE of a database error, or the code of a Node or library error. */
  readonly code?: string
  /** Left out where the message may quote a value; see `mayQuoteValues`. */
  readonly message?: string
  readonly severity?: string
  readonly schema?: string
  readonly table?: string
  readonly constraint?: string
  /** The function in the database's source that raised the error. */
  readonly routine?: string
  /** Frames only: the lines of a stack without its message. */
  readonly stack?: readonly string[]
  readonly cause?: SafeError
}

const DATABASE_FIELDS = ['severity', 'schema', 'table', 'constraint', 'routine'] as const
const MAX_FRAMES = 8
const MAX_CAUSES = 3

/**
 * Describes any thrown value for a log line. A database error's `message`, `detail`, `hint` and `where` are
 * left out because they quote rows ("Key (phone_number)=(+1…) already exists").
 */
export function safeError(error: unknown): SafeError {
  return describe(error, MAX_CAUSES)
}

function describe(error: unknown, causesLeft: number): SafeError {
  if (!(error instanceof Error)) return { name: `thrown ${typeof error}` }
  const fields: Record<string, unknown> = { name: error.name }
  const code = textField(error, 'code')
  if (code !== undefined) fields.code = code
  if (isDatabaseError(error)) {
    for (const name of DATABASE_FIELDS) {
      const value = textField(error, name)
      if (value !== undefined) fields[name] = value
    }
  } else if (!mayQuoteValues(error)) {
    fields.message = error.message
  }
  const frames = framesOf(error)
  if (frames.length > 0) fields.stack = frames
  if (error.cause !== undefined && causesLeft > 0) fields.cause = describe(error.cause, causesLeft - 1)
  return { ...fields, name: error.name }
}

/** Errors of `pg` are told by their shape: the class may come from another copy of the driver. */
export function isDatabaseError(error: Error): error is Error & { code: string; routine?: string } {
  return /^[0-9A-Z]{5}$/.test(textField(error, 'code') ?? '') && textField(error, 'severity') !== undefined
}

/**
 * Whether a message may have been made from a value at hand. The engine's do (`JSON.parse` quotes its input,
 * `in` and property errors their operand), and so do Node's argument errors ("Received '+1555…'").
 */
export function mayQuoteValues(error: Error): boolean {
  const fromEngine =
    error instanceof SyntaxError ||
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof URIError
  return fromEngine || (textField(error, 'code')?.startsWith('ERR_') ?? false)
}

/** The lines of a stack without its message, the innermost first. */
export function framesOf(error: Error): string[] {
  const lines = error.stack?.split('\n') ?? []
  const frames = lines.filter((line) => /^ {4}at /.test(line)).map((line) => line.trim())
  return frames.slice(0, MAX_FRAMES)
}

function textField(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}
