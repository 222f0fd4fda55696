import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { testPool } from '../db/prepared.ts'
import { freePort, startServer } from './lab/server.ts'
import { startService } from './lab/supervisor.ts'

const LIMIT_MS = 60_000
const noOpenssl =
  spawnSync('openssl', ['version'], { stdio: 'ignore' }).status === 0 ? false : 'openssl is not installed'

t.setTimeout(LIMIT_MS)
t.test('TLS to one of several hosts', { timeout: LIMIT_MS, skip: noOpenssl }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'openphone-faults-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '1',
      ],
      ...[
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=DNS:localhost',
        '-keyout',
        key,
        '-out',
        certificate,
      ],
    ],
    { stdio: 'pipe' },
  )
  chmodSync(folder, 0o755)
  const server = await startServer(t)
  await server.stop('SIGINT')
  const { account } = server.home
  if (account) chownSync(key, account.uid, account.gid)
  chmodSync(key, 0o600)
  const secure = server.with({ ssl: 'on', ssl_key_file: key, ssl_cert_file: certificate })
  t.teardown(() => secure.stop('SIGQUIT'))
  await secure.start()

  const tls = `?sslmode=verify-full&sslrootcert=${certificate}`
  const isEncrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
  const local = `localhost:${secure.port}`

  await t.test('the certificate may be of any of them', async (t) => {
    const elsewhere = `127.0.0.1:${await freePort()}`
    for (const hosts of [local, `${elsewhere},${local}`]) {
      const { rows } = await testPool(t, secure.urlOn(hosts) + tls).query(isEncrypted)
      t.same(rows, [{ ssl: true }])
    }
  })

  await t.test('one of none of them is refused', async (t) => {
    const numbers = `127.0.0.1:${secure.port}`
    await t.rejects(testPool(t, secure.urlOn(numbers) + tls).query('select 1'), {
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    })
    await t.rejects(testPool(t, secure.urlOn(`${numbers},${numbers}`) + tls).query('select 1'), {
      code: 'ENOPRIMARY',
    })
  })

  await t.test('the application has no session that is not encrypted', async (t) => {
    const env = { DATABASE_URL: secure.urlOn(local) + tls, OPS_TOKEN: 'a-token-for-operators' }
    const app = await startService(t, 'all', env)
    const headers = { authorization: `Bearer ${env.OPS_TOKEN}` }
    t.equal((await fetch(`${app.url}/ops/api/overview`, { headers })).status, 200)
    const { rows } = await testPool(t, secure.url).query(
      `select application_name as name, bool_and(ssl) as encrypted
      from pg_stat_activity join pg_stat_ssl using (pid) where application_name like 'openphone-%' group by 1 order by 1`,
    )
    t.same(rows, [
      { name: 'openphone-ops', encrypted: true },
      { name: 'openphone-worker', encrypted: true },
    ])
    await app.end()
  })

  await t.test('a certificate that nobody vouches for is refused unless one says so', async (t) => {
    for (const mode of ['require', 'verify-ca', 'verify-full']) {
      const query = testPool(t, `${secure.urlOn(local)}?sslmode=${mode}`).query('select 1')
      await t.rejects(query, { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }, mode)
    }
    const plain = testPool(t, `${server.urlOn(local)}?sslmode=no-verify`).query<{ ssl: boolean }>(isEncrypted)
    t.same((await plain).rows, [{ ssl: true }], 'no-verify encrypts, and trusts anybody')
  })
})
