import t from '../helper/tap.ts'
import { runTrigger, startTrigger } from './command.ts'
import { allSecrets, type Received, startReceiver } from './receiver.ts'

/** The environment of a server on that port. */
function envOf({ port }: { port: number }) {
  return { PORT: String(port), OPENPHONE_SIGNING_SECRETS: allSecrets }
}

function typesOf(received: Received[]) {
  return received.map(({ envelope }) => envelope.type)
}

t.test("a scenario's events are sent in order", async (t) => {
  const receiver = await startReceiver(t)
  for (const name of ['existing-customer-follow-up', 'task-life']) {
    receiver.received.length = 0
    const { code, stdout } = await runTrigger([name, '--seed', 'order'], { env: envOf(receiver) })
    t.equal(code, 0, `${name}\n${stdout}`)
    t.match(stdout, / sent: \d+ accepted, 0 refused, 0 failed/)
    t.ok(receiver.received.length > 1)
    const times = receiver.received.flatMap(({ envelope }) => envelope.createdAt ?? [])
    t.same(times, times.toSorted())
  }
})

t.test('--out-of-order shuffles a scenario, the same way for the same seed', async (t) => {
  const receiver = await startReceiver(t)
  const args = ['task-life', '--seed', 'shuffle']
  await runTrigger(args, { env: envOf(receiver) })
  const inOrder = typesOf(receiver.received.splice(0))
  await runTrigger([...args, '--out-of-order'], { env: envOf(receiver) })
  const shuffled = typesOf(receiver.received.splice(0))
  await runTrigger([...args, '--out-of-order'], { env: envOf(receiver) })
  t.not(shuffled.join(), inOrder.join())
  t.same(shuffled.toSorted(), inOrder.toSorted())
  t.same(typesOf(receiver.received), shuffled)
})

t.test('--duplicate sends every event twice as the same delivery', async (t) => {
  const receiver = await startReceiver(t)
  for (const shape of ['current', 'legacy', 'flat']) {
    const args = ['message.received', '--shape', shape, '--duplicate']
    const { code, stdout } = await runTrigger(args, { env: envOf(receiver) })
    t.equal(code, 0)
    t.match(stdout, /200 +queued.*200 +duplicate.*1 × 200 queued, 1 × 200 duplicate/s, shape)
  }
})

t.test('--count sends about new objects, --same-object about one', async (t) => {
  const receiver = await startReceiver(t)
  const objects = () => {
    const ids = receiver.received
      .splice(0)
      .map(({ envelope }) => JSON.stringify(envelope).match(/AC\w{32}/)?.[0])
    return new Set(ids).size
  }
  await runTrigger(['message.received', '--count', '3'], { env: envOf(receiver) })
  t.equal(objects(), 3)
  const again = await runTrigger(['message.received', '--count', '3', '--same-object'], {
    env: envOf(receiver),
  })
  t.equal(objects(), 1)
  t.notMatch(again.stdout, 'duplicate', 'they are different events all the same')
})

t.test('of many events twenty get a line, and the summary tells the rest', async (t) => {
  const receiver = await startReceiver(t)
  const args = ['message.delivered', '--count', '60', '--concurrency', '4']
  const { code, stdout } = await runTrigger(args, { env: envOf(receiver) })
  t.equal(code, 0)
  t.equal(stdout.split('\n').filter((line) => line.startsWith('message.delivered')).length, 20)
  t.match(stdout, '60 sent: 60 accepted, 0 refused, 0 failed (60 × 200 queued)')
  t.match(stdout, /[\d.]+ s, [\d,]+\/s, p50 [\d.]+ ms, p99 [\d.]+ ms\n$/)
  t.equal(receiver.received.length, 60)
})

t.test('Ctrl-C ends a long run with its summary', async (t) => {
  const receiver = await startReceiver(t)
  const args = ['message.received', '--count', '100000', '--rate', '2', '--concurrency', '30']
  const { child, finished } = startTrigger(args, { env: envOf(receiver) })
  await receiver.first
  child.kill('SIGINT')
  const { code, stdout, stderr } = await finished
  t.equal(code, 130)
  t.match(stdout, / sent: \d+ accepted/)
  t.equal(stderr, '')
})
