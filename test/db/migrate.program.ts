import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { compileCache } from '../helper/compile-cache.ts'
import { createTestDatabase } from '../helper/postgres.ts'
import { secrets } from '../helper/secrets.ts'

t.test('npm run migrate', async (t) => {
  const script = fileURLToPath(new URL('../../src/migrate.ts', import.meta.url))
  const migrate = (env: Record<string, string>) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
      env: { PATH: process.env.PATH, ...compileCache, OPENPHONE_SIGNING_SECRETS: secrets.standard, ...env },
      encoding: 'utf8',
      timeout: 20_000,
    })
    return { status, stdout, stderr }
  }

  await t.test('says what it ran, even where starting processes may not', async (t) => {
    const env = { DATABASE_URL: await createTestDatabase(t), AUTO_MIGRATE: 'false' }
    t.match(migrate(env), { status: 0, stdout: /^Ran 0001_webhook_event, 0002_projections, /, stderr: '' })
    t.match(migrate(env), { status: 0, stdout: 'Nothing to run: the database is up to date.\n', stderr: '' })
  })

  await t.test('says what it needs without a database', async (t) => {
    t.match(migrate({}), { status: 1, stdout: '', stderr: /^Set DATABASE_URL\./ })
  })
})
