import fc from 'fast-check'
import t from 'tap'
import { EnvelopeError, parseEnvelope } from '../../src/webhook/envelope.ts'

t.test('whatever the bytes, there is an envelope or an EnvelopeError', async () => {
  const json = fc.json().map((text) => Buffer.from(text))
  const near = fc
    .record(
      {
        type: fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.jsonValue()),
        data: fc.oneof(fc.object(), fc.jsonValue()),
        id: fc.jsonValue(),
        apiVersion: fc.jsonValue(),
        createdAt: fc.jsonValue(),
        timestamp: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    .map((value) => Buffer.from(JSON.stringify(value)))
  const bytes = fc.uint8Array().map((content) => Buffer.from(content))
  fc.assert(
    fc.property(fc.oneof(json, near, bytes), (body) => {
      try {
        const { type, providerEventId, apiVersion } = parseEnvelope(body)
        return [type, providerEventId ?? 'x', apiVersion ?? 'x'].every(
          (text) => text !== '' && text.length <= 255 && !text.includes('\0') && text.isWellFormed(),
        )
      } catch (error) {
        return error instanceof EnvelopeError
      }
    }),
    { numRuns: 500 },
  )
})
