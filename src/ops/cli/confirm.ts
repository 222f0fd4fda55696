import { createInterface } from 'node:readline/promises'

export interface Question {
  /** What is about to be done, as in `Replay 1,234 events`. */
  readonly what: string
  readonly yes: boolean | undefined
  readonly json: boolean | undefined
}

export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

/**
 * Whether to go on: `--yes` says so, else the person at the terminal. Where nobody can be asked the answer is
 * no, and standard error says how to say yes.
 */
export async function isConfirmed(
  { what, yes, json }: Question,
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<boolean> {
  if (yes) return true
  if (json || !input.isTTY || !output.isTTY) {
    output.write(`${what}? Nothing was done: say --yes to do it, or --dry-run to count only.\n`)
    return false
  }
  const asking = createInterface({ input, output })
  try {
    // Ctrl-C and Ctrl-D end the question without an answer.
    const answer = await Promise.race([
      asking.question(`${what}? [y/N] `),
      new Promise<string>((resolve) => asking.once('close', () => resolve('\n'))),
    ])
    if (/^y(es)?$/i.test(answer.trim())) return true
    output.write(`${answer === '\n' ? '\n' : ''}Nothing was done.\n`)
    return false
  } finally {
    asking.close()
  }
}
