import fc from 'fast-check'
import { hostileText, hostileValue } from './values.ts'

/** What the endpoint is set to take at most, so that too much is soon sent. */
export const BODY_LIMIT_BYTES = 16_384

const event = (data: string, before = '', after = '') =>
  `${before}{"type":"message.received","data":${data}}${after}`

/** A corpus: each of these has once been too much for some parser, database or handler. */
const CORPUS: readonly (string | Buffer)[] = [
  '',
  ' ',
  '{}',
  '[]',
  'null',
  '"text"',
  '{"type":"message.received"}',
  '{"type":"","data":{}}',
  '{"type":7,"data":{}}',
  '{"type":"message.received","data":[]}',
  '{"type":"message.received","data":null}',
  '{"type":"message.received","data":{},"data":[]}',
  '{"type":"n\\u0000ul","data":{}}',
  '{"type":"half \\ud83d","data":{}}',
  `{"type":"${'t'.repeat(256)}","data":{}}`,
  '{"type":"__proto__","data":{"__proto__":{"id":"AC1"}}}',
  '{"__proto__":{"type":"message.received","data":{}}}',
  '{"constructor":{"prototype":{"type":"x"}},"type":"message.received","data":{"id":"AC1"}}',
  event('{"messageId":"AC1","body":"n\\u0000ul"}'),
  event('{"messageId":"AC1","body":"half \\ud83d"}'),
  event('{"messageId":1e999}'),
  event('{"messageId":-0.0}'),
  event(`{"messageId":${'9'.repeat(400)}}`),
  event('{"messageId":"AC1"}', '', ' '),
  event('{"messageId":"AC1"}', '\ufeff'),
  event('{"messageId":"AC1"}', '', '{}'),
  event('{"messageId":"AC1"}', '', '\0'),
  event('{"messageId":"AC1",}'),
  event('{"messageId":NaN}'),
  event("{'messageId':'AC1'}"),
  event('{"messageId":"AC1" /* comment */}'),
  event('{"messageId":"a\nb"}'),
  event(`{"messageId":"AC1","timestamp":0}`),
  `{"timestamp":0,${event('{}').slice(1)}`,
  `{"timestamp":1e308,${event('{"messageId":"AC1"}').slice(1)}`,
  event('['.repeat(62) + ']'.repeat(62)),
  event(`{"messageId":"AC1","deep":${'['.repeat(62)}${']'.repeat(62)}}`),
  event(`{"messageId":"AC1","deep":${'['.repeat(63)}${']'.repeat(63)}}`),
  event(`{"messageId":"AC1","deep":${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}}`),
  '['.repeat(8_000),
  '{"a":'.repeat(3_000),
  event(`{"messageId":"AC1","to":[${'"+14155550100",'.repeat(900)}"x"]}`),
  event(`{"messageId":"AC1","media":[${'{},'.repeat(4_000)}{}]}`),
  event(`{"messageId":"AC1","body":"${'x'.repeat(BODY_LIMIT_BYTES)}"}`),
  `{${Array.from({ length: 1_000 }, (_, index) => `"k${index}":0`).join()},${event('{}').slice(1)}`,
  Buffer.from(event('{"messageId":"AC1"}'), 'utf16le'),
  Buffer.from(event('{"messageId":"caf\u00e9"}'), 'latin1'),
  Buffer.concat([
    Buffer.from(event('{"messageId":"')),
    Buffer.from([0xc0, 0xaf, 0xed, 0xa0, 0x80]),
    Buffer.from('"}'),
  ]),
  Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]),
]

/** An envelope with anything in the fields of its own, as JSON. */
export const hostileJson: fc.Arbitrary<Buffer> = fc
  .record(
    {
      id: hostileValue,
      type: fc.oneof(fc.constantFrom('message.received', 'call.completed', 'nobody.knows'), hostileText),
      data: fc.oneof(fc.dictionary(hostileText, hostileValue, { maxKeys: 4 }), hostileValue),
      apiVersion: hostileValue,
      createdAt: hostileValue,
      timestamp: hostileValue,
    },
    { requiredKeys: ['type', 'data'] },
  )
  .map((envelope) => Buffer.from(JSON.stringify(envelope)))

/** JSON with some of its bytes gone, doubled or changed. */
const tornJson = fc
  .record({ json: hostileJson, at: fc.nat(10_000), with: fc.uint8Array({ maxLength: 4 }), gone: fc.nat(4) })
  .map(({ json, at, with: bytes, gone }) => {
    const start = at % (json.length + 1)
    return Buffer.concat([json.subarray(0, start), bytes, json.subarray(start + gone)])
  })

/** What a webhook's body should not be. */
export const hostileBody: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...CORPUS).map((body) => Buffer.from(body)) },
  { weight: 3, arbitrary: hostileJson },
  { weight: 2, arbitrary: tornJson },
  { weight: 1, arbitrary: hostileValue.map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
)
