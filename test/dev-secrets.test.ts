import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { loadConfig } from '../src/config.ts'
import { loadDevSecrets } from '../src/dev-secrets.ts'
import { StartupError } from '../src/errors.ts'
import t from './helper/tap.ts'

const moduleUrl = new URL('../src/dev-secrets.ts', import.meta.url).href

t.test('the first call makes a secret of every scheme and an operator token', async (t) => {
  const { signingSecrets, opsToken } = loadDevSecrets(join(t.testdir(), '.data'))
  t.match(signingSecrets, [/^whsec_[A-Za-z0-9+/]{32}$/, /^[A-Za-z0-9+/]{43}=$/, /^hex:[0-9a-f]{48}$/])
  t.equal(signingSecrets.length, 3)
  t.match(opsToken, /^[\w-]{32}$/)
})

t.test('they are what OPENPHONE_SIGNING_SECRETS and OPS_TOKEN take', async (t) => {
  const { signingSecrets, opsToken } = loadDevSecrets(t.testdir())
  const config = loadConfig({ OPENPHONE_SIGNING_SECRETS: signingSecrets.join(','), OPS_TOKEN: opsToken })
  t.strictSame(config.signingSecrets, signingSecrets)
})

t.test('a later call reads the same ones back', async (t) => {
  const folder = t.testdir()
  t.strictSame(loadDevSecrets(folder), loadDevSecrets(folder))
})

t.test('two machines do not share them', async (t) => {
  t.notSame(loadDevSecrets(t.testdir({ a: {} })), loadDevSecrets(join(t.testdirName, 'a')))
})

t.test(
  'the folder is 0700 and the file 0600, whatever the umask, and nothing else is left there',
  async (t) => {
    const folder = join(t.testdir(), 'a', '.data')
    const umask = process.umask(0)
    t.teardown(() => process.umask(umask))
    loadDevSecrets(folder)
    t.equal(statSync(folder).mode & 0o777, 0o700)
    t.equal(statSync(join(folder, 'secrets.json')).mode & 0o777, 0o600)
    t.strictSame(readdirSync(folder), ['secrets.json'])
  },
)

t.test('processes that start together agree', async (t) => {
  const folder = join(t.testdir(), '.data')
  const script = `import { loadDevSecrets } from ${JSON.stringify(moduleUrl)}
    process.stdout.write(JSON.stringify(loadDevSecrets(${JSON.stringify(folder)})))`
  const outputs = await Promise.all(
    Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [output] = await Promise.all([text(child.stdout), once(child, 'exit')])
      return output
    }),
  )
  t.equal(new Set(outputs).size, 1)
  t.strictSame(JSON.parse(outputs[0] ?? ''), loadDevSecrets(folder))
})

t.test('a file open to other users is refused and kept', async (t) => {
  const folder = t.testdir()
  loadDevSecrets(folder)
  const path = join(folder, 'secrets.json')
  const before = readFileSync(path, 'utf8')
  chmodSync(path, 0o640)
  t.throws(
    () => loadDevSecrets(folder),
    new StartupError(
      `The development secrets in ${path} are open to other users of this machine: delete the file, and new ones are made at the next start.`,
    ),
  )
  t.equal(readFileSync(path, 'utf8'), before)
})

t.test('a damaged file is refused without quoting it', async (t) => {
  const folder = t.testdir()
  const path = join(folder, 'secrets.json')
  for (const damaged of ['', '{"signingSecrets":["whsec_dGhlIHNlY3JldA', '{"opsToken":"short"}', '[]']) {
    writeFileSync(path, damaged, { mode: 0o600 })
    t.throws(
      () => loadDevSecrets(folder),
      new StartupError(
        `The development secrets in ${path} are damaged: delete the file, and new ones are made at the next start.`,
      ),
    )
  }
})

t.test('a folder that cannot be made says which settings do without it', async (t) => {
  const folder = join(t.testdir({ file: '' }), 'file', '.data')
  t.throws(() => loadDevSecrets(folder), {
    name: 'StartupError',
    message: /\(ENOTDIR\).*set OPENPHONE_SIGNING_SECRETS and OPS_TOKEN/,
  })
})
