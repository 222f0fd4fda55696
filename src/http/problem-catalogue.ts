interface ProblemEntry {
  readonly status: number
  readonly title: string
  /** For whoever looks the problem up: what it means and what to do. */
  readonly meaning: string
}

/**
 * Every kind of problem by its stable name. `GET /problems/<name>` shows the entry.
 * A name is part of the contract: add, never rename.
 */
export const PROBLEMS = {
  signature: {
    status: 400,
    title: 'Signature not accepted',
    meaning:
      'The signature header is missing, malformed or wrong, or no secret of its scheme is configured. ' +
      'Check that the signing secret here is the one of this webhook subscription, and that no proxy changes the body.',
  },
  timestamp: {
    status: 400,
    title: 'Timestamp outside the window',
    meaning:
      'The signed timestamp is too far from the time here, so this may be a replay. ' +
      'Check the clocks of the sender and of this server.',
  },
  'bad-request': {
    status: 400,
    title: 'Request not understood',
    meaning: 'The request is not valid HTTP, or not in the form this address takes. The detail says which.',
  },
  aborted: {
    status: 400,
    title: 'Request not complete',
    meaning: 'The connection ended before the whole body had come. Send the request again.',
  },
  unauthorized: {
    status: 401,
    title: 'Credentials needed',
    meaning: 'This address needs credentials, and the request has none or wrong ones.',
  },
  'not-found': {
    status: 404,
    title: 'Not found',
    meaning: 'Nothing is served at this address. Webhooks are taken only by processes with an ingest role.',
  },
  method: {
    status: 405,
    title: 'Method not allowed',
    meaning: 'The address exists but not for this method. The Allow header lists those it takes.',
  },
  timeout: {
    status: 408,
    title: 'Request too slow',
    meaning: 'The request did not arrive whole in time.',
  },
  'body-too-large': {
    status: 413,
    title: 'Body too large',
    meaning: 'The body is over the limit, BODY_LIMIT_BYTES for webhooks.',
  },
  'uri-too-long': {
    status: 414,
    title: 'Address too long',
    meaning: 'A part of the address is longer than any this server knows.',
  },
  'content-type': {
    status: 415,
    title: 'Media type not supported',
    meaning: 'The body must be application/json, with or without parameters, and not compressed.',
  },
  'empty-body': {
    status: 422,
    title: 'Empty body',
    meaning: 'The request has no body, and this address needs one.',
  },
  envelope: {
    status: 422,
    title: 'Not an event',
    meaning:
      'The signature is good, but the body is not UTF-8, not JSON, nested deeper than 64 levels, ' +
      'or not an object with a string "type" and an object "data".',
  },
  'too-many-bad-signatures': {
    status: 429,
    title: 'Too many bad signatures',
    meaning:
      'This address sent more bad signatures in a minute than BAD_SIGNATURES_PER_MINUTE. ' +
      'Good signatures from the same address are still taken.',
  },
  'too-many-bad-tokens': {
    status: 429,
    title: 'Too many wrong tokens',
    meaning:
      'This address sent more wrong tokens in a minute than BAD_SIGNATURES_PER_MINUTE. The right one is still taken.',
  },
  'headers-too-large': {
    status: 431,
    title: 'Headers too large',
    meaning: 'The request line and headers together are over 16 KiB.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    meaning: 'The request failed for a reason on our side. The log has it, under the same time.',
  },
  queue: {
    status: 500,
    title: 'Event not stored',
    meaning:
      'The transaction that stores an event with its job failed, or did not answer in time. Send the event again: it is stored once.',
  },
  overloaded: {
    status: 503,
    title: 'Too much waiting',
    meaning: 'More is waiting than this process will hold. Send the event again after Retry-After seconds.',
  },
  'shutting-down': {
    status: 503,
    title: 'Shutting down',
    meaning: 'This process is ending and takes nothing new. Send the event again after Retry-After seconds.',
  },
  database: {
    status: 503,
    title: 'Database not available',
    meaning: 'The database does not answer now. Nothing was changed, or not all of it; ask again.',
  },
  'not-ready': {
    status: 503,
    title: 'Not ready',
    meaning: 'A part this process needs does not work now. The member "checks" names it.',
  },
} as const satisfies Record<string, ProblemEntry>

export type ProblemKind = keyof typeof PROBLEMS
