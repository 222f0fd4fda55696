import t from '../helper/tap.ts'
import { jsonLines, runTrigger } from './command.ts'
import { allSecrets, startReceiver } from './receiver.ts'

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

/** The environment of a server on that port. */
function envOf({ port }: { port: number }) {
  return { PORT: String(port), OPENPHONE_SIGNING_SECRETS: allSecrets }
}

t.test('an event is signed, sent and reported in one line', async (t) => {
  const receiver = await startReceiver(t)
  const { code, stdout, stderr } = await runTrigger(['message.received'], { env: envOf(receiver) })
  t.match(stdout, new RegExp(`^message\\.received +current +200 +queued +${uuid.source} +[\\d.]+ ms\n$`))
  t.equal(stderr, '')
  t.equal(code, 0)
  t.match(receiver.received, [{ scheme: 'standard', envelope: { type: 'message.received' } }])
})

t.test('each shape is signed as its senders sign it', async (t) => {
  const receiver = await startReceiver(t)
  for (const shape of ['current', 'legacy', 'flat']) {
    const { code } = await runTrigger(['call.completed', '--shape', shape], { env: envOf(receiver) })
    t.equal(code, 0, shape)
  }
  t.same(
    receiver.received.map(({ scheme }) => scheme),
    ['standard', 'legacy', 'hex'],
  )
})

t.test('a type that is not sent in the current shape goes in the one it has', async (t) => {
  const receiver = await startReceiver(t)
  await runTrigger(['voicemail.received'], { env: envOf(receiver) })
  await runTrigger(['callSummary'], { env: envOf(receiver) })
  t.match(receiver.received, [{ scheme: 'hex' }, { scheme: 'legacy', envelope: { apiVersion: 'v4' } }])
})

t.test('a version alone chooses the shape that has it', async (t) => {
  const receiver = await startReceiver(t)
  const { code } = await runTrigger(['message.received', '--version', 'v2'], { env: envOf(receiver) })
  t.equal(code, 0)
  t.match(receiver.received, [{ envelope: { apiVersion: 'v2', data: { object: { body: String } } } }])
})

t.test('a seed sent again is known to the server', async (t) => {
  const receiver = await startReceiver(t)
  const args = ['message.received', '--seed', 'again']
  t.match((await runTrigger(args, { env: envOf(receiver) })).stdout, 'queued')
  t.match((await runTrigger(args, { env: envOf(receiver) })).stdout, 'duplicate')
})

t.test('--set replaces fields, with JSON or text', async (t) => {
  const receiver = await startReceiver(t)
  const set = [
    'data.resource.text=¡hola! a=b',
    'data.context.contacts.ids.0=CT1',
    'data.extra.n=5',
    'type=x.y',
  ]
  const args = ['message.received', ...set.flatMap((override) => ['--set', override])]
  const { code, stdout } = await runTrigger(args, { env: envOf(receiver) })
  t.equal(code, 0)
  t.match(stdout, /^x\.y /)
  t.match(receiver.received[0]?.envelope, {
    type: 'x.y',
    data: { resource: { text: '¡hola! a=b' }, context: { contacts: { ids: ['CT1'] } }, extra: { n: 5 } },
  })
})

t.test('--json prints an object a line, the summary last', async (t) => {
  const receiver = await startReceiver(t)
  const { stdout } = await runTrigger(['call.ringing', '--count', '2', '--json'], { env: envOf(receiver) })
  t.match(jsonLines(stdout), [
    { type: 'call.ringing', shape: 'current', httpStatus: 200, answer: 'queued', eventId: uuid },
    { type: 'call.ringing', milliseconds: Number },
    { summary: { sent: 2, accepted: 2, refused: 0, failed: 0, answers: { '200 queued': 2 } } },
  ])
})

t.test('--url may leave the path to the webhook out', async (t) => {
  const receiver = await startReceiver(t)
  const env = { OPENPHONE_SIGNING_SECRETS: allSecrets }
  const args = ['message.received', '--url', `http://127.0.0.1:${receiver.port}`]
  t.equal((await runTrigger(args, { env })).code, 0)
})
