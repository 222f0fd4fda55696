import { urlsOfHosts } from '../../src/db/primary.ts'
import { createTestDatabase } from '../helper/postgres.ts'
import t from '../helper/tap.ts'
import { testPool } from './prepared.ts'

/** Nothing listens there: the port is reserved. */
const NOBODY = '127.0.0.1:1'

t.test('a URL of several hosts is one URL for each', async (t) => {
  t.same(urlsOfHosts('postgres://u:p%40@a:1,b,[::1]:3/db?sslmode=require'), [
    'postgres://u:p%40@a:1/db?sslmode=require',
    'postgres://u:p%40@b/db?sslmode=require',
    'postgres://u:p%40@[::1]:3/db?sslmode=require',
  ])
  t.same(urlsOfHosts('postgresql://a,b/db'), ['postgresql://a/db', 'postgresql://b/db'])
  t.same(urlsOfHosts('postgres://u:p@a/db'), ['postgres://u:p@a/db'])
  t.same(urlsOfHosts('postgres:///db?host=/tmp'), ['postgres:///db?host=/tmp'])
})

t.test('of several hosts', async (t) => {
  const url = await createTestDatabase(t)
  const { host } = new URL(url)

  await t.test('the one that answers is connected to, wherever it stands', async (t) => {
    for (const hosts of [`${NOBODY},${host}`, `${host},${NOBODY}`]) {
      const { rows } = await testPool(t, url.replace(host, hosts)).query('select 1 as one')
      t.same(rows, [{ one: 1 }])
    }
  })

  await t.test('one that is read-only is not', async (t) => {
    const pool = testPool(t, url.replace(host, `${NOBODY},${host}`))
    const name = new URL(url).pathname.slice(1)
    await testPool(t, url).query(`alter database ${name} set default_transaction_read_only = on`)
    await t.rejects(pool.query('select 1'), { code: 'ENOPRIMARY' })
    await testPool(t, url).query(
      `begin; set transaction read write; alter database ${name} reset default_transaction_read_only; commit`,
    )
    t.same((await pool.query('select 1 as one')).rows, [{ one: 1 }])
  })

  await t.test('none answers: that is told at once', async (t) => {
    const pool = testPool(t, url.replace(host, `${NOBODY},${NOBODY}`))
    const startedAt = performance.now()
    await t.rejects(pool.query('select 1'), { code: 'ENOPRIMARY' })
    t.ok(performance.now() - startedAt < 2_000)
  })
})
