/** What a check found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly check: string
  /** `notice`: worth knowing, or could not be looked at; `wrong`: something has to be done. */
  readonly level: 'ok' | 'notice' | 'wrong'
  readonly message: string
  /** What to do; null where nothing is to be done. */
  readonly advice: string | null
}

export function ok(check: string, message: string): Finding {
  return { check, level: 'ok', message, advice: null }
}

export function notice(check: string, message: string, advice: string | null = null): Finding {
  return { check, level: 'notice', message, advice }
}

export function wrong(check: string, message: string, advice: string): Finding {
  return { check, level: 'wrong', message, advice }
}
