import type { Test } from 'tap'
import type { Answer } from './send.ts'

/** Asserts that a webhook was not taken: a problem document of the status whose detail says why, and nothing more. */
export function isProblem(t: Test, answer: Answer, status: number, detail: RegExp, what: string): void {
  t.equal(answer.status, status, what)
  t.equal(answer.headers.get('content-type'), 'application/problem+json', `${what}: media type`)
  t.match(answer.body, { status, detail }, `${what}: detail`)
  t.same(Object.keys(answer.body), ['type', 'title', 'status', 'detail'], `${what}: members`)
  t.equal(answer.eventId, '', `${what}: no event id`)
}
