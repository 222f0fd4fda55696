import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CompiledQuery, type Kysely } from 'kysely'
import type { Database } from '../../src/tables/database.ts'
import { fold } from '../../src/tables/merge/fold.ts'
import { furthest, latest, type Rank, settled } from '../../src/tables/merge/rule.ts'
import { upsertInto } from '../../src/tables/merge/upsert.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'

/** A table with every rule on every type it can have. */
const TABLE = `create table openphone.thing (
  id text collate "C" primary key,
  settled_text text collate "C",
  settled_time timestamptz,
  latest_text text,
  latest_list text[],
  latest_json jsonb,
  latest_time timestamptz,
  latest_number double precision,
  latest_flag boolean,
  furthest_text text,
  stamps jsonb not null default '{}'
)`

type Fields = {
  settled_text: string | null
  settled_time: Date | null
  latest_text: string | null
  latest_list: string[] | null
  latest_json: unknown
  latest_time: Date | null
  latest_number: number | null
  latest_flag: boolean | null
  furthest_text: string | null
}

type ThingUpdate = {
  readonly id: string
  readonly at: Date | null
  readonly fields: { readonly [Name in keyof Fields]?: Fields[Name] | undefined }
}

const stages: Rank = (value) => ['draft', 'sent', 'done'].indexOf(String(value)) + 1

const columns = {
  settled_text: settled(),
  settled_time: settled('timestamptz'),
  latest_text: latest('text', stages),
  latest_list: latest('text[]'),
  latest_json: latest('jsonb'),
  latest_time: latest('timestamptz'),
  latest_number: latest('double precision'),
  latest_flag: latest('boolean'),
  furthest_text: furthest(stages),
}

const upsertThings = upsertInto<ThingUpdate>('thing', columns)

const EARLY = new Date('2026-05-01T12:00:00.000Z')
const LATE = new Date('2026-05-01T12:00:00.001Z')

type Row = Record<string, unknown>

async function rowsOf(db: Kysely<Database>, ids: readonly string[]): Promise<Row[]> {
  const { rows } = await db.executeQuery<Row>(
    CompiledQuery.raw('select * from openphone.thing where id = any ($1) order by id', [ids]),
  )
  return rows
}

t.test('merging', async (t) => {
  const { pool, db } = await prepareTestDatabase(t)
  await pool.query(TABLE)
  const apply = (updates: readonly ThingUpdate[]) =>
    db.transaction().execute((trx) => upsertThings(updates).execute(trx))
  let made = 0
  const newId = () => {
    made += 1
    return `thing ${made}`
  }

  /** What a thing is in the end, which must be the same one by one, in the other order, and in one batch. */
  const after = async (...said: Omit<ThingUpdate, 'id'>[]): Promise<Row> => {
    const endings: Row[] = []
    for (const batches of [said.map((one) => [one]), said.toReversed().map((one) => [one]), [said]]) {
      const id = newId()
      for (const batch of batches) await apply(batch.map((one) => ({ ...one, id })))
      const [{ id: _, ...row } = {}] = await rowsOf(db, [id])
      endings.push(row)
    }
    t.same(endings[1], endings[0], 'in the other order')
    t.same(endings[2], endings[0], 'in one batch')
    return endings[0] ?? {}
  }

  await t.test('by the rule settled: the greater value stays, whenever it was said', async (t) => {
    t.match(
      await after(
        { at: LATE, fields: { settled_text: 'a', settled_time: EARLY } },
        { at: EARLY, fields: { settled_text: 'b', settled_time: LATE } },
      ),
      { settled_text: 'b', settled_time: LATE, stamps: {} },
    )
    t.match(
      await after({ at: LATE, fields: { settled_text: 'a' } }, { at: EARLY, fields: { settled_text: 'Z' } }),
      { settled_text: 'a' },
      'by bytes, not as a dictionary would',
    )
    t.match(
      await after(
        { at: EARLY, fields: { settled_text: '\uffee' } },
        { at: EARLY, fields: { settled_text: '😀' } },
      ),
      { settled_text: '😀' },
      'also beyond the basic plane',
    )
  })

  await t.test('by the rule latest: the later value stays', async (t) => {
    t.match(
      await after(
        { at: EARLY, fields: { latest_text: 'done', latest_list: ['a', 'b'], latest_flag: true } },
        { at: LATE, fields: { latest_text: 'draft', latest_list: [], latest_flag: false } },
      ),
      { latest_text: 'draft', latest_list: [], latest_flag: false },
    )
  })

  await t.test('by the rule latest, of equal times: the more advanced value stays', async (t) => {
    t.match(
      await after(
        { at: EARLY, fields: { latest_text: 'done' } },
        { at: EARLY, fields: { latest_text: 'sent' } },
      ),
      { latest_text: 'done' },
    )
  })

  await t.test(
    'by the rule latest, of equal times and ranks: the content decides, always alike',
    async (t) => {
      const one = { latest_number: 1, latest_json: [{ a: 1 }], latest_list: ['x'], latest_time: EARLY }
      const other = {
        latest_number: 2,
        latest_json: { b: null },
        latest_list: ['y', '"', '\\'],
        latest_time: LATE,
      }
      const row = await after({ at: EARLY, fields: one }, { at: EARLY, fields: other })
      for (const name of ['latest_number', 'latest_json', 'latest_list', 'latest_time'] as const) {
        t.ok([one[name], other[name]].some((value) => JSON.stringify(value) === JSON.stringify(row[name])))
      }
    },
  )

  await t.test('by the rule furthest: the more advanced value stays, whenever it was said', async (t) => {
    t.match(
      await after(
        { at: EARLY, fields: { furthest_text: 'done' } },
        { at: LATE, fields: { furthest_text: 'draft' } },
        { at: null, fields: { furthest_text: 'sent' } },
      ),
      { furthest_text: 'done' },
    )
  })

  await t.test('by the rule furthest, of equal ranks: the later value stays', async (t) => {
    t.match(
      await after(
        { at: LATE, fields: { furthest_text: 'unheard of' } },
        { at: EARLY, fields: { furthest_text: 'unknown' } },
      ),
      { furthest_text: 'unheard of' },
    )
  })

  await t.test('a value of an unknown time yields to any whose time is known', async (t) => {
    t.match(
      await after(
        { at: null, fields: { latest_text: 'done' } },
        { at: EARLY, fields: { latest_text: 'draft' } },
      ),
      { latest_text: 'draft' },
    )
    t.match(await after({ at: null, fields: { latest_text: 'sent' } }), { latest_text: 'sent' })
  })

  await t.test('a later time wins however far ahead it is', async (t) => {
    const times = ['1970-01-01', '2026-05-01', '5000-01-01', '6000-01-01', '9999-12-31T23:59:59.999Z']
    for (const [index, earlier] of times.slice(0, -1).entries()) {
      t.match(
        await after(
          { at: new Date(earlier), fields: { latest_text: 'done' } },
          { at: new Date(times[index + 1] ?? ''), fields: { latest_text: 'draft' } },
        ),
        { latest_text: 'draft' },
        `${times[index + 1]} over ${earlier}`,
      )
    }
  })

  await t.test('what an update does not know stays as it is', async (t) => {
    t.match(
      await after(
        { at: EARLY, fields: { latest_text: 'sent', settled_text: 'a' } },
        { at: LATE, fields: { latest_text: undefined, settled_text: undefined, latest_number: 0 } },
      ),
      { latest_text: 'sent', settled_text: 'a', latest_number: 0, latest_list: null, furthest_text: null },
    )
  })

  await t.test('that something is known not to be there counts as a value', async (t) => {
    t.match(
      await after({ at: EARLY, fields: { latest_time: EARLY } }, { at: LATE, fields: { latest_time: null } }),
      { latest_time: null },
    )
    t.match(
      await after({ at: EARLY, fields: { latest_time: null } }, { at: LATE, fields: { latest_time: LATE } }),
      { latest_time: LATE },
    )
    t.match(
      await after({ at: LATE, fields: { settled_text: null } }, { at: EARLY, fields: { settled_text: 'a' } }),
      { settled_text: 'a' },
      'but not of what never changes in truth',
    )
  })

  await t.test('an update that knows no field makes the row', async (t) => {
    const row = await after({ at: EARLY, fields: {} })
    t.same(row.stamps, {})
  })

  await t.test('values come back as they were given', async (t) => {
    const fields: Fields = {
      settled_text: `'; drop table thing; -- $1 "quoted" \\ 👩‍👩‍👧 \u2028`,
      settled_time: new Date('2026-12-31T23:59:59.999Z'),
      latest_text: '',
      latest_list: ['', 'null', 'a,b', '{c}', '"', '\\', 'ü'],
      latest_json: [{ nested: { list: [1, 2.5, null, true], empty: {} }, text: '\\u0000 as text' }],
      latest_time: new Date(0),
      latest_number: 1e-7,
      latest_flag: false,
      furthest_text: 'done',
    }
    const id = newId()
    await apply([{ id, at: EARLY, fields }])
    const [{ stamps: _, ...row } = {}] = await rowsOf(db, [id])
    t.same(row, { id, ...fields })
  })

  await t.test('what changes nothing does not write the row again', async (t) => {
    const id = newId()
    const updates = [
      { id, at: EARLY, fields: { latest_text: 'sent', settled_text: 'b', furthest_text: 'done' } },
      { id, at: LATE, fields: { latest_text: 'done', settled_text: 'a', latest_flag: true } },
    ]
    const version = async () => {
      const { rows } = await pool.query('select xmin, ctid from openphone.thing where id = $1', [id])
      return rows
    }
    await apply(updates)
    const before = await version()
    await apply(updates)
    await apply(updates.slice(1))
    await apply([{ id, at: LATE, fields: {} }])
    t.same(await version(), before)
  })

  await t.test('folding in memory gives what the database makes of one update after the other', async () => {
    // Not tap's assertions: a property fails by throwing.
    await fc.assert(
      fc.asyncProperty(history, async ({ updates, order, splits }) => {
        const oneByOne = newId()
        const folded = newId()
        const at = (base: string) => (update: ThingUpdate) => ({ ...update, id: `${base}/${update.id}` })
        for (const update of updates.map(at(oneByOne))) await apply([update])
        const shuffled = order.map((index) => updates[index]).filter((update) => update !== undefined)
        for (const batch of split(shuffled.map(at(folded)), splits)) await apply(batch)

        const ids = [...new Set(updates.map((update) => update.id))]
        const expected = await rowsOf(
          db,
          ids.map((id) => `${oneByOne}/${id}`),
        )
        const actual = await rowsOf(
          db,
          ids.map((id) => `${folded}/${id}`),
        )
        const withoutId = ({ id: _, ...row }: Row) => row
        assert.deepStrictEqual(actual.map(withoutId), expected.map(withoutId))

        // And all at once, without the database: what is not known is absent there.
        const known = ({ id: _, ...row }: Row) =>
          Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null))
        const inMemory = new Map(fold(columns, updates).map((row) => [`${oneByOne}/${row.id}`, known(row)]))
        assert.deepStrictEqual(inMemory, new Map(expected.map((row) => [row.id, known(row)])))
      }),
      { numRuns: 60 },
    )
  })
})

/** Cuts a list into pieces of these sizes, the last one as long as need be. */
function split<Item>(items: readonly Item[], sizes: readonly number[]): Item[][] {
  const [size = items.length, ...others] = sizes
  if (items.length === 0) return []
  return [items.slice(0, size), ...split(items.slice(size), others)]
}

// Few values and times, so that they meet often.
const someTime = fc.constantFrom(EARLY, LATE, new Date('2026-05-02T00:00:00.000Z'))
const someText = fc.constantFrom('draft', 'sent', 'done', '', 'Z', 'a', 'ä', '\uffee', '😀')
const orNull = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null, freq: 5 })

const someFields = fc.record(
  {
    settled_text: orNull(someText),
    settled_time: orNull(someTime),
    latest_text: orNull(someText),
    latest_list: orNull(fc.array(someText, { maxLength: 2 })),
    latest_json: orNull(fc.constantFrom({ a: 1 }, [1, 'x'], [], { b: { c: 'd' } })),
    latest_time: orNull(someTime),
    latest_number: orNull(fc.constantFrom(0, 1, -1.5, 1e21)),
    latest_flag: orNull(fc.boolean()),
    furthest_text: orNull(someText),
  },
  { requiredKeys: [] },
)

const someUpdate: fc.Arbitrary<ThingUpdate> = fc.record({
  id: fc.constantFrom('a', 'B', '😀'),
  at: fc.option(someTime, { nil: null, freq: 4 }),
  fields: someFields,
})

const history = fc.array(someUpdate, { minLength: 1, maxLength: 10 }).chain((updates) =>
  fc.record({
    updates: fc.constant(updates),
    order: fc.shuffledSubarray(
      updates.map((_, index) => index),
      { minLength: updates.length },
    ),
    splits: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 10 }),
  }),
)
