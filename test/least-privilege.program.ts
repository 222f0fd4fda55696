import { startPipeline } from './helper/pipeline.ts'
import t, { runParts } from './helper/tap.ts'

// What the application has to do, it can do as a user with the role openphone_app of sql/roles.sql, who owns nothing:
// the tests of the main path once more. TEST_AS=openphone_app npm test -- <file> does so with any other.

process.env.TEST_AS = 'openphone_app'

runParts([
  ['webhook-queue, as openphone_app', () => import('./webhook-queue.test.ts')],
  ['webhook-events, as openphone_app', () => import('./webhook-events.test.ts')],
  ['the application has no session but that of the role', hasNoOtherSession],
])

async function hasNoOtherSession() {
  const { pool } = await startPipeline(t)
  const { rows } = await pool.query(
    `select distinct usename like 'user\\_openphone\\_app\\_%' as "isRole", rolsuper as "isSuperuser"
    from pg_stat_activity join pg_roles on rolname = usename
    where datname = current_database() and application_name like 'openphone-%'`,
  )
  t.same(rows, [{ isRole: true, isSuperuser: false }])
}
