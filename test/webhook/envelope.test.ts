import { EnvelopeError, parseEnvelope } from '../../src/webhook/envelope.ts'
import t from '../helper/tap.ts'

function parse(body: string | Buffer) {
  return parseEnvelope(Buffer.from(body))
}

/** The envelope of a minimal event with these fields put beside `type` and `data`. */
function parseWith(fields: string) {
  return parse(`{"type":"message.received","data":{},${fields}}`)
}

t.test('the current, the legacy and the flat envelope are read', async (t) => {
  const current = {
    id: 'EVcurrent',
    apiVersion: '2026-03-30',
    createdAt: '2026-05-01T10:20:30.123Z',
    type: 'message.received',
    data: { resource: {}, context: {}, links: { quo: null } },
  }
  t.strictSame(parse(JSON.stringify(current)), {
    type: 'message.received',
    apiVersion: '2026-03-30',
    providerEventId: 'EVcurrent',
    occurredAt: new Date('2026-05-01T10:20:30.123Z'),
    timestamp: undefined,
  })
  const legacy = { ...current, object: 'event', apiVersion: 'v3', data: { object: {} } }
  t.match(parse(JSON.stringify(legacy)), { apiVersion: 'v3', providerEventId: 'EVcurrent' })
  t.strictSame(parse('{"type":"voicemail.received","data":{"voicemailId":"v1"}}'), {
    type: 'voicemail.received',
    apiVersion: null,
    providerEventId: null,
    occurredAt: null,
    timestamp: undefined,
  })
})

t.test('unknown types and unknown fields are fine', async (t) => {
  t.equal(parse('{"type":"integration.🚀.v9","data":{"x":[1]},"new":{"y":null}}').type, 'integration.🚀.v9')
})

t.test('a body that is no event is refused, and the message tells why without quoting it', async (t) => {
  const bodies: [what: string, body: string | Buffer, why: RegExp][] = [
    ['empty', '', /not JSON/],
    ['white space', ' \n', /not JSON/],
    ['cut off', '{"type":"message.received","data":{"S3CR3T', /not JSON/],
    ['followed by more', '{"type":"a","data":{}} {}', /not JSON/],
    ['with a trailing comma', '{"type":"a","data":{},}', /not JSON/],
    ['with a comment', '{"type":"a","data":{}/* S3CR3T */}', /not JSON/],
    ['in single quotes', "{'type':'S3CR3T','data':{}}", /not JSON/],
    ['a form', 'type=S3CR3T&data=x', /not JSON/],
    ['with NaN', '{"type":"a","data":{"x":NaN}}', /not JSON/],
    ['with a raw NUL in a string', '{"type":"a","data":{"x":"\0"}}', /not JSON/],
    ['with a raw NUL after it', '{"type":"a","data":{}}\0', /not JSON/],
    ['with a raw line break in a string', '{"type":"a\nb","data":{}}', /not JSON/],
    ['with a byte order mark', '\ufeff{"type":"a","data":{}}', /not JSON/],
    ['with a no-break space', '\u00a0{"type":"a","data":{}}', /not JSON/],
    ['in Latin-1', Buffer.from('{"type":"é","data":{}}', 'latin1'), /not UTF-8/],
    ['in UTF-16', Buffer.from('\ufeff{"type":"a","data":{}}', 'utf16le'), /not UTF-8/],
    ['with an overlong slash', Buffer.from('{"type":"\xc0\xaf","data":{}}', 'latin1'), /not UTF-8/],
    ['with a surrogate in UTF-8', Buffer.from('{"type":"\xed\xa0\x80","data":{}}', 'latin1'), /not UTF-8/],
    ['with a character beyond Unicode', Buffer.from('{"x":"\xf4\x90\x80\x80"}', 'latin1'), /not UTF-8/],
    ['with a character cut off', Buffer.from('{"type":"a","data":{}}\xf0\x9f', 'latin1'), /not UTF-8/],
    ['null', 'null', /object/],
    ['a number', '1', /object/],
    ['a string', '"S3CR3T"', /object/],
    ['an array', '[{"type":"a","data":{}}]', /object/],
    ['an empty object', '{}', /"type"/],
    ['without a type', '{"data":{}}', /"type"/],
    ['with a type in capitals', '{"Type":"a","data":{}}', /"type"/],
    ['with an empty type', '{"type":"","data":{}}', /"type"/],
    ['with a number for a type', '{"type":1,"data":{}}', /"type"/],
    ['with null for a type', '{"type":null,"data":{}}', /"type"/],
    ['with a list for a type', '{"type":["S3CR3T"],"data":{}}', /"type"/],
    ['with NUL in the type', '{"type":"S3CR3T\\u0000","data":{}}', /"type".*NUL/],
    ['with a lone high surrogate in the type', '{"type":"S3CR3T\\ud83d","data":{}}', /"type".*surrogate/],
    ['with a lone low surrogate in the type', '{"type":"\\ude00S3CR3T","data":{}}', /"type".*surrogate/],
    ['with a type that is too long', `{"type":"${'x'.repeat(256)}","data":{}}`, /"type".*255/],
    ['without data', '{"type":"a"}', /"data"/],
    ['with null for data', '{"type":"a","data":null}', /"data"/],
    ['with a list for data', '{"type":"a","data":[]}', /"data"/],
    ['with text for data', '{"type":"a","data":"S3CR3T"}', /"data"/],
    ['with the type in a prototype', '{"__proto__":{"type":"a","data":{}}}', /"type"/],
    ['with the data in a prototype', '{"type":"a","__proto__":{"data":{}}}', /"data"/],
    ['whose last of two types is bad', '{"type":"a","data":{},"type":0}', /"type"/],
  ]
  for (const [what, body, why] of bodies) {
    try {
      parse(body)
      t.fail(`accepted: ${what}`)
    } catch (error) {
      t.ok(error instanceof EnvelopeError, what)
      t.match(error, { name: 'EnvelopeError', message: why, cause: undefined }, what)
      t.notMatch(error, { stack: /S3CR3T/ }, what)
    }
  }
})

t.test('64 levels are accepted and 65 are not', async (t) => {
  const nested = (levels: number) =>
    `{"type":"a","data":{"x":${'['.repeat(levels - 2)}${']'.repeat(levels - 2)}}}`
  t.equal(parse(nested(64)).type, 'a')
  t.throws(() => parse(nested(65)), { name: 'EnvelopeError', message: /deeper than 64 levels/ })
})

t.test('depth behind a repeated key, which no reader of the parsed value sees, is refused too', async (t) => {
  const deep = '['.repeat(100) + ']'.repeat(100)
  t.throws(() => parse(`{"type":"a","data":${deep},"data":{}}`), { message: /deeper/ })
})

t.test('a mebibyte of brackets is refused quickly and without a full stack', async (t) => {
  const size = 1 << 20
  const bombs = [
    '['.repeat(size),
    '{"a":'.repeat(size / 5),
    `${'['.repeat(size / 2)}${']'.repeat(size / 2)}`,
    `{"type":"a","data":{"x":${'[{"a":'.repeat(size / 8)}1${'}]'.repeat(size / 8)}}}`,
  ].map((text) => Buffer.from(text))
  const start = process.hrtime.bigint()
  for (const bomb of bombs) t.throws(() => parseEnvelope(bomb), { message: /deeper than 64 levels/ })
  t.ok(process.hrtime.bigint() - start < 250_000_000n)
})

t.test('an id or version that cannot be stored is null', async (t) => {
  const unusable = [
    'null',
    'true',
    '""',
    '{}',
    '["EV1"]',
    '1.5',
    '1e999',
    '"EV\\u0000"',
    '"EV\\ud800"',
    `"${'x'.repeat(256)}"`,
  ]
  for (const value of unusable) {
    t.match(
      parseWith(`"id":${value},"apiVersion":${value}`),
      { providerEventId: null, apiVersion: null },
      value,
    )
  }
})

t.test('an id or version may be a number, any text of 255 characters, and hold any character', async (t) => {
  const usable: [json: string, text: string][] = [
    ['0', '0'],
    ['123', '123'],
    ['-7', '-7'],
    ['9007199254740991', '9007199254740991'],
    [`"${'é'.repeat(255)}"`, 'é'.repeat(255)],
    ['"\\ud83d\\ude00"', '😀'],
    ['"a b:\\n"', 'a b:\n'],
    ['"__proto__"', '__proto__'],
  ]
  for (const [json, text] of usable) {
    t.match(parseWith(`"id":${json},"apiVersion":${json}`), { providerEventId: text, apiVersion: text }, json)
  }
})

t.test('two ids beyond the exact numbers do not become one', async (t) => {
  for (const id of ['9007199254740992', '9007199254740993', '12345678901234567890', '1e21']) {
    t.equal(parseWith(`"id":${id}`).providerEventId, null, id)
  }
})

t.test('the event happened at createdAt, else at the timestamp, else nobody knows', async (t) => {
  const createdAt = '"2026-05-01T10:20:30.000Z"'
  const cases: [fields: string, iso: string | undefined][] = [
    [`"createdAt":${createdAt},"timestamp":1`, '2026-05-01T10:20:30.000Z'],
    ['"createdAt":null,"timestamp":1639710054', '2021-12-17T03:00:54.000Z'],
    ['"createdAt":"soon","timestamp":1639710054089', '2021-12-17T03:00:54.089Z'],
    [`"timestamp":${createdAt}`, '2026-05-01T10:20:30.000Z'],
    ['"createdAt":1639710054', '2021-12-17T03:00:54.000Z'],
    ['"createdAt":"+100000-01-01T00:00:00Z","timestamp":1e999', undefined],
    ['"createdAt":"soon","timestamp":"later"', undefined],
  ]
  for (const [fields, iso] of cases) t.equal(parseWith(fields).occurredAt?.toISOString(), iso, fields)
})

t.test('the timestamp comes out as it was parsed', async (t) => {
  t.equal(parseWith('"timestamp":1700000000').timestamp, 1700000000)
  t.equal(parseWith('"timestamp":"x"').timestamp, 'x')
  t.equal(parseWith('"timestamp":1e999').timestamp, Number.POSITIVE_INFINITY)
})

t.test('keys of prototypes and a data object with any content are only content', async (t) => {
  const body =
    '{"type":"a","data":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}},"toString":1}'
  t.equal(parse(body).type, 'a')
  t.notOk('polluted' in {})
})

t.test('of a repeated key the last counts, as in Postgres', async (t) => {
  t.match(parse('{"type":1,"type":"b","id":"x","id":"y","data":[],"data":{}}'), {
    type: 'b',
    providerEventId: 'y',
  })
})

t.test('huge numbers and escaped NULs in the payload do no harm', async (t) => {
  const data = `{"n":${'9'.repeat(5000)},"e":-1e-999,"z":"\\u0000","s":"\\ud800"}`
  t.equal(parse(`{"type":"a","data":${data}}`).type, 'a')
})
