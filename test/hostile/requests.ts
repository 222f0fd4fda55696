import fc from 'fast-check'
import type { Scheme } from '../../src/webhook/secrets.ts'
import { signatureHeaders, WEBHOOK_PATH } from '../helper/send.ts'
import { hostileBody, hostileJson } from './bodies.ts'
import { hostileEnvelope } from './envelopes.ts'
import { hostileText } from './values.ts'

/** A whole HTTP request, after which the connection goes on. */
export interface HostileRequest {
  readonly what: string
  readonly bytes: Buffer
  /** The answers that would be right. */
  readonly right: readonly number[]
}

/** A body that is signed well may be taken, be no event, be too large, or say that it is old. */
const OF_SIGNED = [200, 400, 413, 422]
/** 429 once there were many. */
const OF_UNSIGNED = [400, 413, 415, 422, 429]

const scheme = fc.constantFrom<Scheme>('standard', 'legacy', 'hex')

/** What a header may hold without ending the request: no control characters. */
const headerText = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((unit) => unit !== 0x7f)
      .map((unit) => String.fromCharCode(unit)),
    maxLength: 60,
  }),
  fc.constantFrom(
    '',
    ',',
    ';;;',
    'v1,',
    'v1,AAAA',
    'hmac;1;;',
    'hmac;1;99999999999999999999;x',
    'sha256=',
    '0'.repeat(64),
    'v1,'.repeat(500),
    // Six of them fit into the 16 KiB of a head: above that, the connection ends.
    'x'.repeat(2_000),
  ),
)

const signatureName = fc.constantFrom(
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'openphone-signature',
  'x-openphone-signature',
  'Webhook-Signature',
)

const signed: fc.Arbitrary<HostileRequest> = fc
  .record({
    scheme,
    body: fc.oneof(
      hostileBody,
      hostileEnvelope.map((envelope) => Buffer.from(JSON.stringify(envelope))),
    ),
  })
  .map(({ scheme, body }) => ({
    what: `signed, ${scheme}`,
    bytes: request({ headers: signatureHeaders(body, { scheme }), body }),
    right: OF_SIGNED,
  }))

const badlySigned: fc.Arbitrary<HostileRequest> = fc
  .record({ headers: fc.array(fc.tuple(signatureName, headerText), { maxLength: 6 }), body: hostileBody })
  .map(({ headers, body }) => ({
    what: 'badly signed',
    bytes: request({ headers, body }),
    right: OF_UNSIGNED,
  }))

/** A good signature, with one of its headers sent again, cut, or spoilt. */
const spoiltSignature: fc.Arbitrary<HostileRequest> = fc
  .record({
    scheme,
    body: hostileJson,
    at: fc.nat(1_000),
    how: fc.constantFrom('twice', 'cut', 'other'),
    text: headerText,
  })
  .map(({ scheme, body, at, how, text }) => {
    const headers = Object.entries(signatureHeaders(body, { scheme }))
    const index = at % headers.length
    const [name = '', value = ''] = headers[index] ?? []
    const spoilt = how === 'cut' ? value.slice(0, at % value.length) : `${text}${value.slice(1)}`
    const all = how === 'twice' ? [...headers, [name, value] as const] : headers.with(index, [name, spoilt])
    return {
      what: `a signature ${how}`,
      bytes: request({ headers: all, body }),
      right: [...OF_UNSIGNED, 200],
    }
  })

/** A body that comes in pieces, with extensions and trailers. */
const chunked: fc.Arbitrary<HostileRequest> = fc
  .record({
    scheme,
    body: hostileBody,
    sizes: fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
    extension: fc.constantFrom('', ';a=b', ';a="b"', `;${'x'.repeat(200)}`),
    trailer: fc.constantFrom('', 'x: y\r\n', 'webhook-id: z\r\n'),
    isSigned: fc.boolean(),
  })
  .map(({ scheme, body, sizes, extension, trailer, isSigned }) => {
    const pieces: Buffer[] = []
    for (let start = 0, turn = 0; start < body.length; turn += 1) {
      const piece = body.subarray(start, start + (sizes[turn % sizes.length] ?? 1))
      pieces.push(Buffer.from(`${piece.length.toString(16)}${extension}\r\n`), piece, Buffer.from('\r\n'))
      start += piece.length
    }
    const headers = isSigned ? signatureHeaders(body, { scheme }) : {}
    const head = headOf({ headers: [...Object.entries(headers), ['transfer-encoding', 'chunked']] })
    return {
      what: `chunked, ${isSigned ? 'signed' : 'not signed'}`,
      bytes: Buffer.concat([head, ...pieces, Buffer.from(`0\r\n${trailer}\r\n`)]),
      right: isSigned ? OF_SIGNED : OF_UNSIGNED,
    }
  })

/** Headers beside the signature's. */
const strangeHeaders: fc.Arbitrary<HostileRequest> = fc
  .record({
    headers: fc.array(
      fc.oneof(
        fc.tuple(
          fc.constantFrom(
            'content-type',
            'content-encoding',
            'x-forwarded-for',
            'x-forwarded-host',
            'x-forwarded-proto',
            'accept',
            'accept-encoding',
            'origin',
            'cookie',
            'authorization',
            'if-none-match',
            'range',
            '__proto__',
            'constructor',
            'x-http-method-override',
          ),
          fc.oneof(
            headerText,
            fc.constantFrom(
              'application/json',
              'application/json; charset=utf-16',
              'application/json;',
              'text/plain',
              'multipart/form-data',
              'gzip',
              'identity',
              '127.0.0.1, ::1, unknown, _hidden, "[::1]:80"',
              '256.1.1.1',
              'bytes=0-,-1',
            ),
          ),
        ),
        fc.tuple(fc.constantFrom('x-a', 'x-b'), headerText),
      ),
      { maxLength: 8 },
    ),
    body: hostileJson,
    scheme,
  })
  .map(({ headers, body, scheme }) => ({
    what: 'strange headers',
    bytes: request({
      headers: [...headers, ...Object.entries(signatureHeaders(body, { scheme }))],
      body,
      contentType: undefined,
    }),
    right: [...OF_UNSIGNED, 200],
  }))

/** Other addresses and methods. */
const elsewhere: fc.Arbitrary<HostileRequest> = fc
  .record({
    method: fc.constantFrom('GET', 'GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND', 'TRACE'),
    path: fc.oneof(
      fc.constantFrom(
        WEBHOOK_PATH,
        `${WEBHOOK_PATH}/`,
        WEBHOOK_PATH.toUpperCase(),
        `/${WEBHOOK_PATH}`,
        '/',
        '/healthz',
        '/problems/signature',
        '/problems/__proto__',
        '/problems/%2e%2e%2f',
        '/ops',
        '/ops/api/events',
        '/docs/static/../../package.json',
        '/docs/static/%2e%2e/%2e%2e/package.json',
        '/%00',
        '/%',
        '/%ff',
        '/%zz',
        '//',
        '/..',
        '/api/v1/webhooks/openphone?__proto__=1',
        `/${'a'.repeat(5_000)}`,
        `/problems/${'a'.repeat(200)}`,
      ),
      hostileText.map((text) => `/${encodeURIComponent(text.toWellFormed()).slice(0, 2_000)}`),
      hostileText.map((text) => `${WEBHOOK_PATH}?${encodeURIComponent(text.toWellFormed()).slice(0, 2_000)}`),
    ),
    body: fc.option(hostileBody, { nil: Buffer.alloc(0) }),
  })
  .map(({ method, path, body }) => ({
    what: `${method} ${path.slice(0, 60)}`,
    bytes: request({ method, path, headers: [], body: method === 'TRACE' ? Buffer.alloc(0) : body }),
    right: [200, 302, 400, 401, 403, 404, 405, 413, 414, 415, 422, 429],
  }))

/** Any request that is HTTP. */
export const hostileRequest: fc.Arbitrary<HostileRequest> = fc.oneof(
  { weight: 5, arbitrary: signed },
  { weight: 5, arbitrary: badlySigned },
  { weight: 4, arbitrary: spoiltSignature },
  { weight: 3, arbitrary: chunked },
  { weight: 3, arbitrary: strangeHeaders },
  { weight: 3, arbitrary: elsewhere },
)

/** A good delivery, as bytes: what must be answered 200 whatever else is sent. */
export function goodRequest({ webhookId, body }: { webhookId: string; body: Buffer }): Buffer {
  return request({ headers: signatureHeaders(body, { webhookId }), body })
}

type Headers = Record<string, string> | readonly (readonly [name: string, value: string])[]

interface Parts {
  readonly method?: string
  readonly path?: string
  readonly headers: Headers
  readonly contentType?: string | undefined
  readonly body: Buffer
}

function request(parts: Parts): Buffer {
  const length = ['content-length', String(parts.body.length)] as const
  return Buffer.concat([headOf({ ...parts, headers: [...entriesOf(parts.headers), length] }), parts.body])
}

function headOf(parts: Omit<Parts, 'body'>): Buffer {
  const { method = 'POST', path = WEBHOOK_PATH, headers } = parts
  const contentType = 'contentType' in parts ? parts.contentType : 'application/json'
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    ...(contentType === undefined ? [] : [`content-type: ${contentType}`]),
    ...entriesOf(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}

function entriesOf(headers: Headers) {
  return Array.isArray(headers) ? headers : Object.entries(headers)
}
