import { STATUS_CODES } from 'node:http'
import { type Static, Type } from '@sinclair/typebox'
import { RefusalError } from '../errors.ts'
import { PROBLEMS, type ProblemKind } from './problem-catalogue.ts'

export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

/** The body of every answer that is an error: RFC 9457. */
export const ProblemBody = Type.Object(
  {
    type: Type.String({
      description: 'Stable name of the kind of problem; GET it for its meaning. about:blank: see the status.',
    }),
    title: Type.String({ description: 'What the kind of problem is, the same every time.' }),
    status: Type.Integer(),
    detail: Type.String({ description: 'What was wrong with this request and what to do about it.' }),
  },
  { title: 'Problem', additionalProperties: true },
)
export type ProblemBody = Static<typeof ProblemBody>

interface ProblemExtras {
  readonly headers?: Readonly<Record<string, string>>
  /** Members beside the standard ones. */
  readonly members?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** An answer that is an error, to be thrown. `detail` is shown to the caller: nothing internal, no values. */
export class HttpProblem extends RefusalError {
  override name = 'HttpProblem'
  /** What metrics and logs call it. */
  readonly kind: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: ProblemBody

  constructor(kind: ProblemKind, detail: string, extras: ProblemExtras = {}) {
    super(detail, { cause: extras.cause })
    const { status, title } = PROBLEMS[kind]
    this.kind = kind
    this.headers = extras.headers ?? {}
    this.body = { type: `/problems/${kind}`, title, status, detail, ...extras.members }
  }

  get statusCode(): number {
    return this.body.status
  }
}

/** Fastify's own errors that have a name in the catalogue. Others are told by their status alone. */
const FASTIFY_ERRORS: Readonly<Record<string, readonly [ProblemKind, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['content-type', 'Send the body as application/json.'],
  FST_ERR_CTP_BODY_TOO_LARGE: ['body-too-large', 'The body is larger than this route takes.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['empty-body', 'The body is empty.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['bad-request', 'The body is not JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad-request', 'The body is not as long as Content-Length says.'],
  FST_ERR_BAD_URL: ['bad-request', 'The address is not a valid URL.'],
  FST_ERR_MAX_PARAM_LENGTH: ['uri-too-long', 'A part of the address is longer than any this server knows.'],
  FST_ERR_NOT_FOUND: ['not-found', 'Nothing is served at this address.'],
}

/**
 * The problem to answer an error with. The message of an error that is not a problem is internal and is
 * never shown, except that of a schema, which names only the request's own fields.
 */
export function toProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error
  const { code, statusCode, message } = fieldsOf(error)
  const known = FASTIFY_ERRORS[code]
  if (known !== undefined) return new HttpProblem(known[0], known[1], { cause: error })
  if (code === 'FST_ERR_VALIDATION') return new HttpProblem('bad-request', `${message}.`, { cause: error })
  if (statusCode >= 400 && statusCode < 500) return new StatusProblem(statusCode, error)
  return new HttpProblem('internal', 'The request failed for a reason on our side.', { cause: error })
}

/** A client error that needs no explanation beyond its status: `about:blank`, as RFC 9457 has it. */
class StatusProblem extends HttpProblem {
  override readonly kind: string
  override readonly body: ProblemBody

  constructor(status: number, cause: unknown) {
    const title = STATUS_CODES[status] ?? 'Error'
    super('bad-request', title, { cause })
    this.kind = `status-${status}`
    this.body = { type: 'about:blank', title, status, detail: `${title}.` }
  }
}

function fieldsOf(error: unknown): { code: string; statusCode: number; message: string } {
  const read = (name: string): unknown =>
    typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined
  return {
    code: String(read('code')),
    statusCode: Number(read('statusCode')),
    message: String(read('message')),
  }
}
