import { samples } from '../../src/samples/index.ts'
import { scenarios } from '../../src/samples/scenarios/index.ts'
import { groupKeys, parseSigningSecret } from '../../src/webhook/secrets.ts'
import { verify } from '../../src/webhook/verify.ts'
import t from '../helper/tap.ts'
import { jsonLines, runTrigger } from './command.ts'
import { allSecrets, startReceiver } from './receiver.ts'

const keys = groupKeys(allSecrets.split(',').map(parseSigningSecret))

t.test('--dry-run prints the signed request and sends nothing', async (t) => {
  const receiver = await startReceiver(t)
  const env = { PORT: String(receiver.port), OPENPHONE_SIGNING_SECRETS: allSecrets }
  for (const [option, shape, scheme] of [
    ['--dry-run', 'current', 'standard'],
    ['--print', 'legacy', 'legacy'],
    ['--dry-run', 'flat', 'hex'],
  ] as const) {
    const { code, stdout } = await runTrigger(['message.received', '--shape', shape, option], { env })
    t.equal(code, 0)
    const [head = '', body = ''] = stdout.trimEnd().split('\n\n')
    const [requestLine, ...headerLines] = head.split('\n')
    t.equal(requestLine, `POST ${receiver.url}`)
    const headers = Object.fromEntries(headerLines.map((line) => line.split(': ')))
    t.equal(headers['content-type'], 'application/json')
    const verified = verify({
      headers,
      body: Buffer.from(body),
      keys,
      toleranceSeconds: 60,
      now: Date.now(),
    })
    t.equal(verified.scheme, scheme)
  }
  t.same(receiver.received, [])
})

t.test('--dry-run --json prints the requests one a line', async (t) => {
  const env = { OPENPHONE_SIGNING_SECRETS: allSecrets }
  const { stdout } = await runTrigger(['detailed-voicemail', '--dry-run', '--json'], { env })
  const requests = jsonLines(stdout)
  t.equal(requests.length, 5)
  for (const request of requests) {
    t.match(request, {
      method: 'POST',
      url: 'http://127.0.0.1:3000/api/v1/webhooks/openphone',
      headers: { 'webhook-id': /^msg_/ },
    })
    t.type(JSON.parse(String(request.body)).data, 'object')
  }
})

t.test('--list shows every type and scenario', async (t) => {
  const { code, stdout } = await runTrigger(['--list'])
  t.equal(code, 0)
  const lines = stdout.split('\n')
  for (const { type } of samples)
    t.ok(
      lines.some((line) => line.startsWith(`${type} `)),
      type,
    )
  for (const { name } of scenarios)
    t.ok(
      lines.some((line) => line.startsWith(`${name} `)),
      name,
    )
  t.match(stdout, /^message\.received +yes +v1 v2 v3 v4 +yes$/m)
  t.match(stdout, /^callSummary +- +v4 +-$/m)
})

t.test('--list --json gives the same to programs', async (t) => {
  const { stdout } = await runTrigger(['--list', '--json'])
  const [list] = jsonLines(stdout)
  t.match(list, {
    types: [{ type: 'message.received', shapes: { current: ['2026-03-30'], flat: ['flat'] } }],
    scenarios: [{ name: 'new-customer-inquiry', shape: 'flat', description: String }],
  })
})

t.test('--help explains the options and exits with 0', async (t) => {
  const { code, stdout } = await runTrigger(['--help'])
  t.equal(code, 0)
  t.match(stdout, '--out-of-order')
  t.match(stdout, 'Exit code:')
})
