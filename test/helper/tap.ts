import tap, { type TAP, type Test } from 'tap'

export type { Test } from 'tap'

/** The part that the file being loaded or tested has in a process that runs several (`runFiles`). */
let part: Test | undefined

/** What a test file calls `t`: all of the process for a file that is run alone, else that file's part of it. */
const t: TAP = new Proxy(tap, {
  get(_, name) {
    const target = part ?? tap
    const value: unknown = Reflect.get(target, name, target)
    return typeof value === 'function' ? value.bind(target) : value
  },
})
export default t

/**
 * Runs, one after the other, what each `load` has tested by `t`, as one test with a title; what it opened ends with it.
 * To be called once in a process.
 */
export function runParts(parts: readonly (readonly [title: string, load: () => Promise<unknown>])[]): void {
  // All are there at once, and counted: tap takes a moment without a test for the end.
  tap.plan(parts.length)
  for (const [title, load] of parts) {
    tap.test(title, { timeout: 0 }, async (test) => {
      part = test
      await load()
    })
  }
}
