import type { Delivery } from './deliveries.ts'
import type { SignedRequest } from './request.ts'

/** What became of one delivery. */
export interface Outcome {
  readonly type: string
  readonly shape: string
  /** HTTP status; null when no answer came. */
  readonly httpStatus: number | null
  /** The answer in a word or two: `queued`, `duplicate`, the problem's title, or why no answer came. */
  readonly answer: string
  /** The problem's detail; null when there is none. */
  readonly detail: string | null
  readonly eventId: string | null
  readonly milliseconds: number
}

// The provider gives up on a delivery after ten seconds too.
const timeoutMilliseconds = 10_000

/** Sends the request and reads the answer. Never rejects: a failure is an outcome too. */
export async function send(request: SignedRequest, { type, shape }: Delivery): Promise<Outcome> {
  const { url, method, headers, body } = request
  const start = performance.now()
  try {
    const response = await fetch(url, {
      method,
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMilliseconds),
    })
    const text = await response.text()
    return {
      type,
      shape,
      httpStatus: response.status,
      ...readAnswer(text, response.statusText),
      eventId: response.headers.get('x-event-id'),
      milliseconds: performance.now() - start,
    }
  } catch (error) {
    const answer = failureWord(error)
    const milliseconds = performance.now() - start
    return { type, shape, httpStatus: null, answer, detail: null, eventId: null, milliseconds }
  }
}

export function isAccepted({ httpStatus }: Outcome): boolean {
  return httpStatus !== null && httpStatus >= 200 && httpStatus < 300
}

function readAnswer(text: string, statusText: string): Pick<Outcome, 'answer' | 'detail'> {
  const { status, title, detail } = parseObject(text)
  const answer = [status, title, statusText].find((word) => typeof word === 'string' && word !== '')
  return { answer: String(answer ?? '-'), detail: typeof detail === 'string' ? detail : null }
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

/** `ECONNREFUSED`, `ENOTFOUND`, `timeout`, …: fetch keeps the system's code in the cause. */
function failureWord(error: unknown): string {
  if (!(error instanceof Error)) return 'failed'
  if (error.name === 'TimeoutError') return 'timeout'
  const { cause } = error
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code
  return cause instanceof Error ? cause.message : error.message
}
