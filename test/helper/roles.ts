import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import type { Test } from 'tap'

/**
 * Runs sql/roles.sql twice, with names of the test's own, because roles belong to the whole server, and gives each
 * role to a user; they go with the test.
 * @param pool of the owner of a migrated database.
 * @returns the URLs of the users.
 */
export async function makeRoles(t: Test, pool: pg.Pool, databaseUrl: string) {
  const suffix = randomBytes(6).toString('hex')
  const script = await readFile(new URL('../../sql/roles.sql', import.meta.url), 'utf8')
  const names = ['openphone_readonly', 'openphone_app'].map((name) => ({ name, own: `${name}_${suffix}` }))
  const owned = names.reduce((text, { name, own }) => text.replaceAll(name, own), script)
  await pool.query(owned)
  await pool.query(owned)
  const urls = await Promise.all(
    names.map(async ({ own }) => {
      const url = new URL(databaseUrl)
      url.username = `user_${own}`
      url.password = randomBytes(12).toString('hex')
      await pool.query(`create role ${url.username} login password '${url.password}' in role ${own}`)
      return url.href
    }),
  )
  t.teardown(async () => {
    for (const { own } of names) {
      await pool.query(`drop owned by ${own}, user_${own}`)
      await pool.query(`drop role user_${own}, ${own}`)
    }
  })
  return { readonlyUrl: urls[0] ?? '', appUrl: urls[1] ?? '' }
}
