import fc from 'fast-check'
import t from 'tap'
import { createServer, eventBody, openClient, rawRequest, signed } from './helper.ts'

t.test('whatever bytes come, whole and broken webhooks among them, the server goes on', async (t) => {
  const { server, listen } = createServer(t)
  const port = await listen()
  server.server.keepAliveTimeout = 1
  const whole = rawRequest(eventBody(), signed(eventBody()))
  const piece = fc.oneof(
    fc.constant(whole),
    fc.nat(whole.length).map((end) => whole.slice(0, end)),
    fc.nat(whole.length).map((start) => whole.slice(start)),
    fc.string({ unit: 'binary', maxLength: 100 }),
    fc.constantFrom('\r\n', '\r\n\r\n', '0\r\n\r\n', 'transfer-encoding: chunked\r\n'),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const client = await openClient(t, port)
      client.socket.end(pieces.join(''))
      const received = await client.closed
      const statuses = [...received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status))
      return statuses.every((status) => status < 500) && (await server.inject('/healthz')).statusCode === 200
    }),
    { numRuns: 100 },
  )
})
