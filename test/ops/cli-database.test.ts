import { createTestDatabase } from '../helper/postgres.ts'
import t from '../helper/tap.ts'
import { runOps } from './command.ts'

/** Nothing listens there. */
const NOWHERE = 'postgres://someone:hidden@127.0.0.1:9/nothing'

t.test(
  'a database that is missing or not ready is told with what to do, and never its password',
  async (t) => {
    const url = await createTestDatabase(t)
    const empty = await runOps(['status'], { DATABASE_URL: url })
    t.match(empty, { code: 1, stdout: '', stderr: /Schema openphone lacks .*Run `npm run migrate`\./ })

    const away = await runOps(['replay', '--status', 'failed', '--yes'], { DATABASE_URL: NOWHERE })
    t.match(away, {
      code: 1,
      stdout: '',
      stderr: /No database answers at 127\.0\.0\.1:9\/nothing \(ECONNREFUSED\)/,
    })
    t.notMatch(away.stderr, /hidden/)

    const other = new URL(url)
    other.pathname = '/there_is_no_such_database'
    const missing = await runOps(['redrive', '--yes'], { DATABASE_URL: other.href })
    t.match(missing, { code: 1, stderr: /There is no such database at .*there_is_no_such_database/ })

    const bad = await runOps(['status'], { DATABASE_URL: 'mysql://127.0.0.1/x' })
    t.match(bad, { code: 1, stderr: /DATABASE_URL: must be a postgres:/ })
  },
)
