import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { groupKeys, parseSigningSecret } from '../../src/webhook/secrets.ts'
import { verify } from '../../src/webhook/verify.ts'
import { secrets } from '../helper/secrets.ts'
import t, { type Test } from '../helper/tap.ts'
import type { LoadPlan } from './load/plan.ts'
import { differentAmong, signRequests } from './load/requests.ts'
import { runLoad } from './load/run.ts'

type Answer = (request: IncomingMessage, body: Buffer, response: ServerResponse) => void

/** A server that hands each whole request over; gives the route's URL. */
async function serve(t: Test, answer: Answer): Promise<string> {
  const server = createServer(async (request, response) => answer(request, await buffer(request), response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  // A server that listens on a port has an AddressInfo; the other forms are for pipes.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`
}

function planFor(url: string, plan: Partial<LoadPlan> = {}): LoadPlan {
  return {
    ...{
      url,
      secret: secrets.standard,
      connections: 4,
      warmupSeconds: 0,
      seconds: 5,
      requests: 60,
      bodies: 7,
      kind: 'message',
    },
    ...plan,
  }
}

function answerWith(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': 2 }).end('{}')
}

t.test('every request is sent once, validly signed, under a webhook-id of its own', async (t) => {
  const keys = groupKeys([parseSigningSecret(secrets.standard)])
  const ids = new Set<string | null>()
  const url = await serve(t, (request, body, response) => {
    const headers = request.headersDistinct
    ids.add(verify({ headers, body, keys, toleranceSeconds: 300, now: Date.now() }).webhookId)
    answerWith(response, 200)
  })
  const plan = planFor(url)
  const result = await runLoad(plan, signRequests(plan))
  t.equal(ids.size, 60)
  t.strictSame(result.statuses, { 200: 60 })
  t.equal(result.usedUp, true)
})

t.test(
  'of a load with repetitions every other request repeats an earlier one, and it is known how many do',
  async (t) => {
    const plan = planFor('http://127.0.0.1/webhook', { requests: 3_000, bodies: 11, repeats: true })
    const requests = signRequests(plan).map(({ head, body }) => `${head}${body}`)
    for (const count of [1, 1_001, 1_002, 3_000]) {
      t.equal(new Set(requests.slice(0, count)).size, differentAmong(count), `of the first ${count}`)
    }
    t.ok(differentAmong(3_000) < 2_001, 'about half of those after the first thousand')
  },
)

t.test('answers are counted by status, also when they come in pieces', async (t) => {
  let count = 0
  const url = await serve(t, (_request, _body, response) => {
    count += 1
    response.writeHead(count % 3 === 0 ? 503 : 200, { 'content-length': 6 })
    response.write('{"a')
    setImmediate(() => response.end('":'.concat('1')))
  })
  const plan = planFor(url)
  t.strictSame((await runLoad(plan, signRequests(plan))).statuses, { 200: 40, 503: 20 })
})

t.test('a steady load keeps its pace, and late answers are timed from when they were due', async (t) => {
  // One connection, 100 a second, and 30 ms over each answer: every request is due before its turn comes.
  const url = await serve(t, (_request, _body, response) => setTimeout(() => answerWith(response, 200), 30))
  const plan = planFor(url, { connections: 1, perSecond: 100, requests: 20, seconds: 10 })
  const slow = await runLoad(plan, signRequests(plan))
  t.ok(slow.p99Milliseconds > 20 * 30 - 20 * 10, 'the last one waited for all before it')

  const quick = await serve(t, (_request, _body, response) => answerWith(response, 200))
  const steady = planFor(quick, { perSecond: 100, requests: 20, seconds: 10 })
  const started = performance.now()
  await runLoad(steady, signRequests(steady))
  t.ok(performance.now() - started >= 190, 'the last of twenty is due after 190 ms')
})

t.test('a connection that ends before its answer fails the run', async (t) => {
  const url = await serve(t, (request) => request.socket.destroy())
  const plan = planFor(url)
  await t.rejects(runLoad(plan, signRequests(plan)), { message: /ended before the answer/ })
})
