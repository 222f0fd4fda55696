import { createHash } from 'node:crypto'
import { toDelivery } from '../../src/webhook/delivery.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'
import type { Verified } from '../../src/webhook/verify.ts'
import t from '../helper/tap.ts'

const standard = (webhookId: string): Verified => ({ scheme: 'standard', webhookId })
const legacy: Verified = { scheme: 'legacy', webhookId: null }
const hex: Verified = { scheme: 'hex', webhookId: null }

function deliver(verified: Verified, fields: object = {}) {
  const body = Buffer.from(JSON.stringify({ type: 'message.received', data: {}, ...fields }))
  return toDelivery(verified, parseEnvelope(body), body)
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

t.test('a delivery holds the envelope and the very bytes received', async (t) => {
  const body = Buffer.from(
    ' {"id":"EV1", "apiVersion":"v4","createdAt":"2026-05-01T10:20:30Z","type":"call.completed","data":{}}\n',
  )
  const delivery = toDelivery(legacy, parseEnvelope(body), body)
  t.strictSame(delivery, {
    scheme: 'legacy',
    dedupeKey: 'legacy:EV1',
    type: 'call.completed',
    apiVersion: 'v4',
    providerEventId: 'EV1',
    occurredAt: new Date('2026-05-01T10:20:30Z'),
    payload: body,
  })
  t.equal(delivery.payload, body)
})

t.test('the webhook-id tells deliveries apart, else the event id, else the body', async (t) => {
  t.equal(deliver(standard('msg_1'), { id: 'EV1' }).dedupeKey, 'standard:msg_1')
  t.equal(deliver(standard('msg_1')).dedupeKey, 'standard:msg_1')
  t.equal(deliver(legacy, { id: 'EV1' }).dedupeKey, 'legacy:EV1')
  t.equal(deliver(hex, { id: 17 }).dedupeKey, 'hex:17')
  const flat = deliver(hex)
  t.equal(flat.dedupeKey, `hex:sha256:${sha256(flat.payload)}`)
})

t.test('test requests, which share one event id, are told apart by their webhook-id', async (t) => {
  const test = { id: 'EVfixed' }
  t.not(deliver(standard('msg_1'), test).dedupeKey, deliver(standard('msg_2'), test).dedupeKey)
})

t.test('an event id that cannot be stored gives way to the body', async (t) => {
  for (const id of ['x'.repeat(256), 'EV\0', '\ud800', '', null, {}, 2 ** 53]) {
    const delivery = deliver(legacy, { id })
    t.equal(delivery.dedupeKey, `legacy:sha256:${sha256(delivery.payload)}`, JSON.stringify(id))
  }
})

t.test('a webhook-id that a unique index cannot hold is replaced by its hash', async (t) => {
  const longest = 'x'.repeat(255)
  t.equal(deliver(standard(longest)).dedupeKey, `standard:${longest}`)
  for (const id of ['x'.repeat(256), 'x'.repeat(16_000), 'msg\0']) {
    t.equal(deliver(standard(id)).dedupeKey, `standard:sha256:${sha256(id)}`)
  }
})

t.test('no dedupe key is longer than an index entry may be', async (t) => {
  for (const id of ['漢'.repeat(255), '漢'.repeat(5000)]) {
    for (const verified of [standard(id), legacy, hex]) {
      t.ok(Buffer.byteLength(deliver(verified, { id }).dedupeKey) <= 774)
    }
  }
})
