import type { Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t, { type Test } from '../helper/tap.ts'
import { countAnswers, createServer, eventBody, openClient, rawRequest, signed } from './helper.ts'

/** A server at work on one webhook, and what lets the webhook be stored. */
async function busyServer(t: Test) {
  const it = createServer(t)
  let commit = () => {}
  it.outbox.gate = new Promise((resolve) => {
    commit = resolve
  })
  const port = await it.listen()
  const client = await openClient(t, port)
  const begun = new Promise((resolve) => it.server.server.once('request', resolve))
  client.socket.write(rawRequest(eventBody(), signed(eventBody())))
  await begun
  return { ...it, port, client, commit: () => commit() }
}

t.test('closing lets a webhook under way get its answer and then ends the connection', async (t) => {
  const { server, client, commit, outbox } = await busyServer(t)
  const closed = server.close()
  commit()
  await closed
  const received = await client.closed
  t.equal(countAnswers(received, 200), 1)
  t.match(received, /\r\nconnection: close\r\n/i, 'the client is told that the connection ends')
  t.equal(outbox.stored.size, 1)
})

t.test('a webhook that comes while closing is answered 503 with Retry-After and not stored', async (t) => {
  const { server, client, commit, outbox, lines } = await busyServer(t)
  const closed = server.close()
  const second = new Promise((resolve) => server.server.once('request', resolve))
  client.socket.write(rawRequest(eventBody('EV2'), signed(eventBody('EV2'), { id: 'msg_2' })))
  await second
  commit()
  await closed
  t.equal(outbox.stored.size, 1)
  t.ok(
    lines.some(
      (line) => line.outcome === 'overloaded' && line.reason === 'shutting-down' && line.status === 503,
    ),
  )
})

t.test('readyz says that the process is shutting down while it closes', async (t) => {
  const { server, port, commit } = await busyServer(t)
  const accepted = new Promise<Socket>((resolve) => server.server.once('connection', resolve))
  const second = await openClient(t, port)
  const socket = await accepted
  const answered = new Promise((resolve) => server.server.once('request', resolve))
  second.socket.write('GET /readyz HTTP/1.1\r\n')
  while (socket.bytesRead === 0) await nextTurn()
  const closed = server.close()
  second.socket.write('Host: a\r\n\r\n')
  await answered
  commit()
  await closed
  t.match(await second.closed, /HTTP\/1.1 503 .*"checks":\{"process":"shutting down"\}/s)
})

t.test('a connection that was opened and never used does not hold up closing', async (t) => {
  const { server, listen } = createServer(t)
  const port = await listen()
  const accepted = new Promise((resolve) => server.server.once('connection', resolve))
  const client = await openClient(t, port)
  await accepted
  await server.close()
  t.equal(await client.closed, '')
})

t.test('an idle connection does not hold up closing', async (t) => {
  const { server, listen } = createServer(t)
  const client = await openClient(t, await listen())
  client.socket.write(rawRequest(eventBody(), signed(eventBody())))
  await client.waitFor(/"queued"/)
  await server.close()
  t.equal(countAnswers(await client.closed, 200), 1)
})
