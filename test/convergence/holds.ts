import { inspect } from 'node:util'
import fc from 'fast-check'
import type { Test } from 'tap'

/**
 * Checks a property on so many cases, new ones in every run. On failure the test shows the smallest case
 * that was found, and the seed and path with which `fc.assert` meets it again.
 */
export async function holds<Case>(
  t: Test,
  cases: number,
  arbitrary: fc.Arbitrary<Case>,
  property: (value: Case) => Promise<void>,
): Promise<void> {
  const { failed, seed, counterexamplePath, counterexample, errorInstance } = await fc.check(
    fc.asyncProperty(arbitrary, property),
    { numRuns: cases },
  )
  if (!failed) return void t.pass(`${cases} cases`)
  t.fail('a case was found that breaks it', {
    case: fc.stringify(counterexample?.[0]),
    error: errorInstance instanceof Error ? errorInstance.message : inspect(errorInstance),
    again: `seed: ${seed}, path: '${counterexamplePath}'`,
  })
}
