import { PIPELINED_MAX } from '../../src/http/pipelining.ts'
import { WEBHOOK_PATH } from '../../src/http/webhook-route.ts'
import { OverloadedError } from '../../src/outbox/errors.ts'
import t from '../helper/tap.ts'
import { countAnswers, createServer, eventBody, openClient, rawRequest, signed } from './helper.ts'

/** The last answer in what a client received. */
function lastAnswer(received: string) {
  const [head = '', body = ''] = received.slice(received.lastIndexOf('HTTP/1.1 ')).split('\r\n\r\n')
  return { status: Number(head.split(' ')[1]), head, problem: JSON.parse(body) }
}

t.test('a signature header sent twice is refused, even when both are good', async (t) => {
  const { listen, outbox } = createServer(t)
  const client = await openClient(t, await listen())
  const headers = signed(eventBody())
  const twice = [`Webhook-Signature: ${headers['webhook-signature']}`]
  client.socket.write(rawRequest(eventBody(), headers, twice))
  const { status, problem } = lastAnswer(await client.waitFor(/\}$/))
  t.equal(status, 400)
  t.equal(problem.type, '/problems/signature')
  t.match(problem.detail, /webhook-signature.*more than once/)
  t.equal(outbox.stored.size, 0)
})

t.test('pipelined webhooks are each answered, in order', async (t) => {
  const { listen, outbox } = createServer(t)
  const client = await openClient(t, await listen())
  const requests = [1, 2, 3].map((n) =>
    rawRequest(eventBody(`EV${n}`), signed(eventBody(`EV${n}`), { id: `m${n}` })),
  )
  client.socket.write(requests.join(''))
  const received = await client.waitFor(/(queued.*){3}/s)
  const answered = [...received.matchAll(/x-event-id: (\S+)/g)].map(([, id]) => id)
  t.same(
    answered,
    [...outbox.stored.values()].map(({ eventId }) => eventId),
  )
})

t.test('more pipelined webhooks than may wait end their connection', async (t) => {
  const { listen, lines, outbox } = createServer(t)
  const client = await openClient(t, await listen())
  const question = 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'
  client.socket.write(question.repeat(PIPELINED_MAX + 1))
  await client.waitFor(new RegExp(`(HTTP/1.1 200 .*){${PIPELINED_MAX + 1}}`, 's'))

  const webhooks = Array.from({ length: 200 }, (_, n) =>
    rawRequest(eventBody(), signed(eventBody(), { id: `msg_${n}` })),
  )
  const { promise: committed, resolve: commit } = Promise.withResolvers<void>()
  outbox.gate = committed
  client.socket.write(webhooks.join(''))
  const isRefused = () => lines.some(({ event }) => event === 'pipelining_refused')
  while (!isRefused()) await new Promise((resolve) => setImmediate(resolve))
  commit()
  const received = await client.closed
  t.equal(
    countAnswers(received, 200),
    2 * (PIPELINED_MAX + 1),
    'as many as may wait are answered, time and again',
  )
  t.equal(outbox.stored.size, PIPELINED_MAX + 1, 'what gets no 200 is not stored')
  const { status, head, problem } = lastAnswer(received)
  t.equal(status, 503)
  t.match(head, /retry-after: 1\r\n/i)
  t.match(head, /connection: close/i)
  t.match(problem, { type: '/problems/overloaded', detail: /one connection/ })
  t.same(
    lines.filter(({ event }) => event === 'pipelining_refused').map(({ level }) => level),
    [40],
    'said once',
  )
})

t.test('a chunked body without a length is taken, and refused when empty', async (t) => {
  const { listen } = createServer(t)
  const client = await openClient(t, await listen())
  const body = eventBody()
  const head = rawRequest('', { ...signed(body), 'content-length': '' }).replace(
    'content-length: \r\n',
    'transfer-encoding: chunked\r\n',
  )
  const half = body.length >> 1
  for (const part of [body.slice(0, half), body.slice(half)]) {
    if (part === body.slice(0, half)) client.socket.write(head)
    client.socket.write(`${part.length.toString(16)}\r\n${part}\r\n`)
  }
  client.socket.write('0\r\n\r\n')
  await client.waitFor(/"queued"/)
  client.socket.write(`${head}0\r\n\r\n`)
  t.equal(lastAnswer(await client.waitFor(/empty-body.*\}$/s)).status, 422)
})

t.test('a declared body over the limit is answered 413 before any of it is sent', async (t) => {
  const { listen } = createServer(t, { config: { bodyLimitBytes: 1024 } })
  const client = await openClient(t, await listen())
  client.socket.write(rawRequest('', { 'content-length': '1025' }))
  t.equal(lastAnswer(await client.waitFor(/\}$/)).status, 413)
})

t.test('an undeclared body is answered 413 as soon as it passes the limit', async (t) => {
  const { listen } = createServer(t, { config: { bodyLimitBytes: 1024 } })
  const client = await openClient(t, await listen())
  const head = rawRequest('', { 'transfer-encoding': 'chunked' }).replace('content-length: 0\r\n', '')
  client.socket.write(`${head}401\r\n${'x'.repeat(1025)}\r\n`)
  t.equal(lastAnswer(await client.waitFor(/\}$/)).status, 413)
})

t.test(
  'a client in the middle of a large body gets the whole 413 and its connection stays good',
  async (t) => {
    const { listen } = createServer(t, { config: { bodyLimitBytes: 1024 } })
    const client = await openClient(t, await listen())
    const large = 'x'.repeat(8 << 20)
    client.socket.write(rawRequest(large, {}))
    await client.waitFor(/body-too-large.*\}$/s)
    client.socket.write(rawRequest(eventBody(), signed(eventBody())))
    await client.waitFor(/"queued"/)
  },
)

t.test('while nothing more is taken, a delivery is told so before its body has come', async (t) => {
  const { listen, outbox, lines } = createServer(t)
  const body = eventBody()
  const client = await openClient(t, await listen())
  outbox.overload = new OverloadedError('internal words', 7)
  client.socket.write(rawRequest('', { ...signed(body), 'content-length': String(body.length) }))
  const { status, head } = lastAnswer(await client.waitFor(/overloaded.*\}$/s))
  t.equal(status, 503)
  t.match(head, /retry-after: 7/i)
  t.match(lines.at(-1), { event: 'webhook', outcome: 'overloaded', status: 503 })

  outbox.overload = undefined
  client.socket.write(body)
  client.socket.write(rawRequest(body, signed(body)))
  await client.waitFor(/"queued"/)
  t.equal(outbox.stored.size, 1, 'what it sends on the same connection later is taken')
})

t.test('bodies being received are bounded together', async (t) => {
  const config = { bodyLimitBytes: 2048, waitingBytesMax: 3072 }
  const { listen, lines } = createServer(t, { config })
  const port = await listen()
  const holder = await openClient(t, port)
  holder.socket.write(rawRequest('', { 'content-length': '2048', expect: '100-continue' }))
  await holder.waitFor(/100 Continue/)
  holder.socket.write('x'.repeat(2000))
  const second = await openClient(t, port)
  // Its bytes pass the bound only once those of the first have come, so it keeps sending until it is told.
  second.socket.write(rawRequest('', { 'content-length': '2048' }))
  second.socket.write('x'.repeat(2000))
  const refused = await Promise.race([second, holder].map((client) => client.waitFor(/overloaded.*\}$/s)))
  const { status, head } = lastAnswer(refused)
  t.equal(status, 503)
  t.match(head, /retry-after: \d/)
  t.match(lines.at(-1), { event: 'webhook', outcome: 'overloaded', status: 503 })
})

t.test('a connection lost in the middle of a body frees what it held', async (t) => {
  const config = { bodyLimitBytes: 2048, waitingBytesMax: 3072 }
  const { listen, lines, server } = createServer(t, { config })
  const port = await listen()
  for (let lost = 1; lost <= 3; lost++) {
    const client = await openClient(t, port)
    const seen = new Promise((resolve) =>
      server.server.once('request', (request) => request.once('data', resolve)),
    )
    client.socket.write(rawRequest('', { 'content-length': '2048' }))
    client.socket.write('x'.repeat(2000))
    await seen
    client.socket.destroy()
    while (lines.length < lost) await new Promise((resolve) => setImmediate(resolve))
    t.match(lines.at(-1), { event: 'webhook', outcome: 'refused', reason: 'aborted' })
  }
})

t.test('bytes that are not HTTP are answered 400 as a problem and the connection is closed', async (t) => {
  const { listen } = createServer(t)
  const port = await listen()
  for (const garbage of [
    'hello\r\n\r\n',
    'GET / SPDY/9\r\n\r\n',
    '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    `POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
    `POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n`,
  ]) {
    const client = await openClient(t, port)
    client.socket.write(garbage)
    const { status, head, problem } = lastAnswer(await client.closed)
    t.equal(status, 400)
    t.match(head, /Content-Type: application\/problem\+json/)
    t.match(problem, { type: '/problems/bad-request', status: 400 })
  }
})

t.test('garbage after a whole webhook does not take the answer to it away', async (t) => {
  const { listen, outbox } = createServer(t)
  const client = await openClient(t, await listen())
  let commit = () => {}
  outbox.gate = new Promise((resolve) => {
    commit = resolve
  })
  client.socket.write(`${rawRequest(eventBody(), signed(eventBody()))}garbage\r\n\r\n`)
  await new Promise((resolve) => setImmediate(resolve))
  commit()
  const received = await client.closed
  t.equal(countAnswers(received, 200), 1)
  t.equal(countAnswers(received, 400), 0)
})

t.test('headers over the limit are answered 431 as a problem', async (t) => {
  const { listen } = createServer(t)
  const client = await openClient(t, await listen())
  client.socket.write(rawRequest('', { 'x-large': 'x'.repeat(17_000) }))
  const { status, problem } = lastAnswer(await client.closed)
  t.equal(status, 431)
  t.equal(problem.type, '/problems/headers-too-large')
})

t.test('a client that dribbles its headers or its body is answered 408', async (t) => {
  const { server, listen } = createServer(t)
  const port = await listen()
  server.server.headersTimeout = 100
  server.server.requestTimeout = 200
  const slowHeaders = await openClient(t, port)
  slowHeaders.socket.write(`POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: a\r\n`)
  const slowBody = await openClient(t, port)
  slowBody.socket.write(rawRequest('', { 'content-length': '100' }))
  for (const client of [slowHeaders, slowBody]) {
    const { status, problem } = lastAnswer(await client.closed)
    t.equal(status, 408)
    t.equal(problem.type, '/problems/timeout')
  }
})

t.test('methods that only other protocols use are answered 405 too', async (t) => {
  const { listen } = createServer(t)
  const client = await openClient(t, await listen())
  client.socket.write(`PROPFIND ${WEBHOOK_PATH} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`)
  const { status, head } = lastAnswer(await client.waitFor(/\}$/))
  t.equal(status, 405)
  t.match(head, /allow: POST/)
})

t.test('an address that is no URL is answered 400 as a problem', async (t) => {
  const { listen } = createServer(t)
  const client = await openClient(t, await listen())
  client.socket.write('GET /problems/%zz HTTP/1.1\r\nHost: a\r\n\r\n')
  const { status, problem } = lastAnswer(await client.waitFor(/\}$/))
  t.equal(status, 400)
  t.equal(problem.type, '/problems/bad-request')
})
