import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from '../helper/tap.ts'
import { runTrigger } from './command.ts'
import { allSecrets, secrets, startReceiver } from './receiver.ts'

t.test(
  'a refused signature is explained by the scheme and place of the secret, never by the secret',
  async (t) => {
    const receiver = await startReceiver(t, { secrets: 'whsec_b3RoZXIgc2VjcmV0IG90aGVyIHNlY3JldA==' })
    const env = { PORT: String(receiver.port), OPENPHONE_SIGNING_SECRETS: allSecrets }
    const { code, stdout, stderr } = await runTrigger(['message.received'], { env })
    t.equal(code, 1)
    t.match(stdout, /400 +Refused/)
    t.match(stdout, 'The signature in the header webhook-signature does not match.')
    t.match(stderr, 'signed with the standard secret from OPENPHONE_SIGNING_SECRETS')
    t.notMatch(stdout + stderr, secrets.standard.slice(6, 20))
    t.same(receiver.received, [])
  },
)

t.test('a server that does not run is told to be started', async (t) => {
  const { port } = await new Promise<AddressInfo>((resolve) => {
    // A port that was free a moment ago: the server on it is closed before its address is used.
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address() as AddressInfo
      server.close(() => resolve(address))
    })
  })
  const env = { PORT: String(port), OPENPHONE_SIGNING_SECRETS: allSecrets }
  const { code, stdout, stderr } = await runTrigger(['message.received', '--count', '500'], { env })
  t.equal(code, 1)
  t.match(stderr, `No server listens at http://127.0.0.1:${port}. Start it with "npm start"`)
  t.equal(stdout.match(/ECONNREFUSED {2}/g)?.length, 1, 'once, though there were 500 to send')
})

t.test('a busy server makes the command fail and say what to do', async (t) => {
  const receiver = await startReceiver(t, { refuseWith: 503 })
  const env = { PORT: String(receiver.port), OPENPHONE_SIGNING_SECRETS: allSecrets }
  const { code, stdout, stderr } = await runTrigger(['call.missed', '--count', '30'], { env })
  t.equal(code, 1)
  t.match(stdout, '30 sent: 0 accepted, 30 refused, 0 failed (30 × 503 Refused)')
  t.match(stderr, '--rate')
})

t.test('an address that is not the webhook is named as such', async (t) => {
  const receiver = await startReceiver(t)
  const args = ['message.received', '--url', `http://127.0.0.1:${receiver.port}/elsewhere`]
  const { code, stderr } = await runTrigger(args, { env: { OPENPHONE_SIGNING_SECRETS: allSecrets } })
  t.equal(code, 1)
  t.match(stderr, '/elsewhere is not the webhook')
})
