import { fileURLToPath } from 'node:url'
import t from 'tap'
import { startPipeline } from './helper/pipeline.ts'

// What the application has to do, it can do as a user with the role openphone_app of sql/roles.sql, who owns nothing:
// the tests of the main path once more. TEST_AS=openphone_app npm test -- <file> does so with any other.

const FILES = ['webhook-queue', 'webhook-events']
const LIMIT_MS = 60_000

process.env.TEST_AS = 'openphone_app'

for (const name of FILES) {
  const file = fileURLToPath(new URL(`./${name}.test.ts`, import.meta.url))
  t.spawn(process.execPath, [file], { timeout: LIMIT_MS }, `${name}, as openphone_app`)
}

t.test('the application has no session but that of the role', async (t) => {
  const { pool } = await startPipeline(t)
  const { rows } = await pool.query(
    `select distinct usename like 'user\\_openphone\\_app\\_%' as "isRole", rolsuper as "isSuperuser"
    from pg_stat_activity join pg_roles on rolname = usename
    where datname = current_database() and application_name like 'openphone-%'`,
  )
  t.same(rows, [{ isRole: true, isSuperuser: false }])
})
