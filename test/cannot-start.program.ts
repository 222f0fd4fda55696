import { createServer } from 'node:http'
import t, { type Test } from 'tap'
import { spawnApp } from './helper/app-process.ts'
import { createTestDatabase } from './helper/postgres.ts'
import { secrets } from './helper/secrets.ts'

const SIGNING_SECRETS = Object.values(secrets).join(',')

t.test('a process that cannot start', async (t) => {
  /** What it tells people at its end. */
  const failed = async (t: Test, env: Record<string, string>) => {
    const { ended, errors } = spawnApp(t, env)
    t.same(await ended, { code: 1, signal: null })
    return errors()
  }
  const stackFrame = /\n {4}at /

  await t.test('names every problem of its settings, and no values', async (t) => {
    const errors = await failed(t, {
      DATABASE_URL: 'mysql://app:secret-of-the-database@127.0.0.1/x',
      OPENPHONE_SIGNING_SECRETS: 'secret-too-short',
      PORT: 'eighty',
      RETRY_LIMIT: '-1',
      ROLE: 'everything',
    })
    for (const name of ['DATABASE_URL', 'OPENPHONE_SIGNING_SECRETS', 'PORT', 'RETRY_LIMIT', 'ROLE']) {
      t.match(errors, new RegExp(`^${name}\\b.*: must be `, 'm'))
    }
    t.notMatch(errors, /secret-/)
    t.notMatch(errors, stackFrame)
  })

  await t.test('says so when its port is taken', async (t) => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    t.teardown(() => other.close())
    const address = other.address()
    const port = typeof address === 'object' ? String(address?.port) : ''
    const errors = await failed(t, {
      DATABASE_URL: await createTestDatabase(t),
      OPENPHONE_SIGNING_SECRETS: SIGNING_SECRETS,
      PORT: port,
    })
    t.match(errors, `127.0.0.1:${port} is taken by another process: stop that, or set PORT`)
    t.notMatch(errors, stackFrame)
  })

  await t.test('says so when its database is not there, without its password', async (t) => {
    const errors = await failed(t, {
      DATABASE_URL: 'postgres://app:secret-of-the-database@127.0.0.1:9/x',
      OPENPHONE_SIGNING_SECRETS: SIGNING_SECRETS,
    })
    t.match(errors, /ECONNREFUSED 127\.0\.0\.1:9/)
    t.notMatch(errors, /secret-/)
  })

  await t.test('says what to do when it may not migrate an empty database', async (t) => {
    const errors = await failed(t, {
      DATABASE_URL: await createTestDatabase(t),
      OPENPHONE_SIGNING_SECRETS: SIGNING_SECRETS,
      AUTO_MIGRATE: 'false',
    })
    t.match(errors, /Run `npm run migrate`, or set AUTO_MIGRATE=true\./)
    t.notMatch(errors, stackFrame)
  })
})
