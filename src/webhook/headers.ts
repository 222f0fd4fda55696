import { SignatureError } from './signature-error.ts'

/**
 * Headers by lower-case name: the result of `headersAsSent`, node's `headersDistinct`, or node's `headers`.
 * In the last, a header sent twice is one text joined by `, `, so a text with a comma and a space in it is
 * taken as sent twice.
 */
export type RequestHeaders = { readonly [name: string]: string | readonly string[] | undefined }

const signatureHeaders = new Set([
  'webhook-id',
  'webhook-timestamp',
  'webhook-signature',
  'openphone-signature',
  'x-openphone-signature',
])

/**
 * The headers that signatures use, each with every value it was sent with, from a request's `rawHeaders`
 * (names and values in turn). Unlike `req.headers` it tells a header sent twice from one holding a list.
 */
export function headersAsSent(rawHeaders: readonly string[]): RequestHeaders {
  const sent: { [name: string]: string[] } = {}
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]?.toLowerCase() ?? ''
    if (!signatureHeaders.has(name)) continue
    const value = rawHeaders[index + 1] ?? ''
    const values = sent[name]
    if (values === undefined) sent[name] = [value]
    else values.push(value)
  }
  return sent
}

/**
 * The value of a header that must be sent once and not be empty.
 * @throws SignatureError otherwise.
 */
export function soleHeader(headers: RequestHeaders, name: string): string {
  const sent = headers[name]
  if (sent === undefined) throw unusable(name, 'is missing')
  const isJoined = typeof sent === 'string' && sent.includes(', ')
  if (isJoined || (typeof sent !== 'string' && sent.length > 1))
    throw unusable(name, 'was sent more than once')
  const value = typeof sent === 'string' ? sent : sent[0]
  if (!value) throw unusable(name, 'is empty')
  return value
}

function unusable(name: string, problem: string): SignatureError {
  return new SignatureError('signature', `The signature cannot be checked: the header ${name} ${problem}.`)
}
