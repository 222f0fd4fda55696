import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadDevSecrets } from '../../src/dev-secrets.ts'
import t from '../helper/tap.ts'
import { runTrigger } from './command.ts'
import { allSecrets, secrets, startReceiver } from './receiver.ts'

t.test('without settings the development secrets of npm start are used', async (t) => {
  const cwd = t.testdir()
  const { signingSecrets } = loadDevSecrets(join(cwd, '.data'))
  const receiver = await startReceiver(t, { secrets: signingSecrets.join(',') })
  for (const shape of ['current', 'legacy', 'flat']) {
    const args = ['message.received', '--shape', shape]
    const { code, stderr } = await runTrigger(args, { cwd, env: { PORT: String(receiver.port) } })
    t.equal(code, 0, `${shape} ${stderr}`)
  }
  t.equal(receiver.received.length, 3)
})

t.test('without any secret the server is to be started first, and none is made', async (t) => {
  const cwd = t.testdir()
  const { code, stderr } = await runTrigger(['message.received'], { cwd })
  t.equal(code, 1)
  t.match(stderr, 'Start the server first with "npm start"')
  t.notOk(existsSync(join(cwd, '.data')))
})

t.test('of the configured secrets the first of the scheme is used', async (t) => {
  const receiver = await startReceiver(t)
  const other = 'whsec_b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldA=='
  const env = { PORT: String(receiver.port), OPENPHONE_SIGNING_SECRETS: `${allSecrets}, ${other}` }
  t.equal((await runTrigger(['message.received'], { env })).code, 0)
  const swapped = { ...env, OPENPHONE_SIGNING_SECRETS: `${other},${allSecrets}` }
  t.equal((await runTrigger(['message.received'], { env: swapped })).code, 1)
})

t.test('--secret goes before the configured ones', async (t) => {
  const receiver = await startReceiver(t)
  const env = {
    PORT: String(receiver.port),
    OPENPHONE_SIGNING_SECRETS: 'whsec_b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldA==',
  }
  const args = ['message.received', '--secret', secrets.standard]
  t.equal((await runTrigger(args, { env })).code, 0)
})

t.test('a secret that does not fit the shape is a usage error that shows none of it', async (t) => {
  const given = await runTrigger(['message.received', '--secret', secrets.hex])
  t.equal(given.code, 2)
  t.match(given.stderr, '--secret is a hex secret, but this shape is signed with the standard scheme')
  const configured = await runTrigger(['call.started'], {
    env: { OPENPHONE_SIGNING_SECRETS: secrets.standard },
  })
  t.equal(configured.code, 2)
  t.match(configured.stderr, 'OPENPHONE_SIGNING_SECRETS holds no hex secret (hex:<text>)')
  const broken = await runTrigger(['message.received'], {
    env: { OPENPHONE_SIGNING_SECRETS: `${secrets.legacy},whsec_*broken*` },
  })
  t.equal(broken.code, 2)
  t.match(broken.stderr, 'OPENPHONE_SIGNING_SECRETS (entry 2): ')
  const shown = given.stderr + configured.stderr + broken.stderr
  for (const part of ['a relay', 'MfKQ9', 'broken*']) t.notMatch(shown, part)
})
