import { arrayParameter, type ElementType } from '../../src/db/array-parameter.ts'
import t from '../helper/tap.ts'
import { prepareTestDatabase } from './prepared.ts'

const texts = [
  '',
  ' ',
  'NULL',
  'a,b',
  '{a}',
  '"quoted"',
  'back\\slash',
  '\\"',
  'two\nlines\ttab\r',
  '\u0001\u007f\u2028',
  'Grüße 👋',
  `long, of three bytes each: ${'\u20ac'.repeat(100_000)}`,
  "it's",
]
const some: Record<Exclude<ElementType, 'json'>, readonly unknown[]> = {
  text: texts,
  // An array of those would have to have rows of one length: they are sent as texts.
  'text[]': [[], texts, ['one']],
  jsonb: [[], {}, texts, { '"key\\"': [1.5, null, true, 'two\nlines'] }, 'text', 0, false],
  uuid: ['0199f0a0-1111-7abc-8def-0123456789ab', '00000000-0000-0000-0000-000000000000'],
  timestamptz: [new Date(0), new Date(Date.UTC(2026, 4, 1, 12, 0, 0, 123)), new Date(Date.UTC(9999, 11, 31))],
  'double precision': [0, -1.5, 1e21, 1 / 3, 5e-324],
  boolean: [true, false],
}

t.test('an array parameter', async (t) => {
  const { pool } = await prepareTestDatabase(t)
  const readBack = async (type: ElementType, values: readonly unknown[]) => {
    const sent = type === 'jsonb' || type === 'text[]' ? 'text' : type
    const { rows } = await pool.query(
      `select element::${type} as value from unnest($1::${sent}[]) with ordinality as list (element, place) order by place`,
      [arrayParameter(type, values)],
    )
    return rows.map(({ value }) => value)
  }

  for (const [type, values] of Object.entries(some)) {
    await t.test(`gives Postgres every value of type ${type} as it is`, async (t) => {
      t.strictSame(await readBack(type as ElementType, values), values)
    })
    await t.test(`tells a value of type ${type} from none`, async (t) => {
      const [first] = values
      t.strictSame(await readBack(type as ElementType, [null, first, undefined]), [null, first, null])
    })
  }

  await t.test('gives Postgres the bytes of JSON as they are', async (t) => {
    const written = ['{ "b": 1,"a":"\\u0000", "b": 1.0 }', `["${'\u20ac'.repeat(100_000)}"]`]
    const { rows } = await pool.query('select element::json::text from unnest($1::text[]) as element', [
      arrayParameter(
        'json',
        written.map((text) => Buffer.from(text)),
      ),
    ])
    t.strictSame(
      rows.map(({ element }) => element),
      written,
    )
  })

  await t.test('of nothing is empty', async (t) => {
    t.same(await readBack('text', []), [])
  })
})
