import { type Shape, samples } from '../../src/samples/index.ts'
import { scenarios } from '../../src/samples/scenarios/index.ts'
import { tell } from '../../src/trigger/deliveries.ts'
import { createPace } from '../../src/trigger/pace.ts'
import { pickStory } from '../../src/trigger/pick.ts'
import { signedRequest } from '../../src/trigger/request.ts'
import { chooseSecret, schemeOf } from '../../src/trigger/secret.ts'
import { percentile } from '../../src/trigger/tally.ts'
import { parseEnvelope } from '../../src/webhook/envelope.ts'
import { checkBodyTimestamp } from '../../src/webhook/hex.ts'
import { groupKeys, parseSigningSecret } from '../../src/webhook/secrets.ts'
import { verify } from '../../src/webhook/verify.ts'
import t from '../helper/tap.ts'
import { allSecrets } from './receiver.ts'

const keys = groupKeys(allSecrets.split(',').map(parseSigningSecret))
const env = { OPENPHONE_SIGNING_SECRETS: allSecrets }

/** Tells the story once and takes each of its requests as the webhook does. */
function takeAll(name: string, shape: Shape, version?: string) {
  const secret = chooseSecret(schemeOf[shape], undefined, env)
  return [...tell(pickStory(name, { shape, version }), { count: 1 })].flatMap((tellStory) =>
    tellStory().map((delivery) => {
      const { headers, body } = signedRequest(delivery, 'http://127.0.0.1', secret)
      const window = { toleranceSeconds: 60, now: Date.now() }
      const { scheme } = verify({ headers, body, keys, ...window })
      const envelope = parseEnvelope(body)
      if (scheme === 'hex') checkBodyTimestamp(envelope, window)
      return { ...envelope, scheme }
    }),
  )
}

t.test('every sample goes out as a request that the webhook takes', async (t) => {
  for (const { type, shape, version } of samples) {
    const apiVersion = shape === 'flat' ? null : version
    const taken = takeAll(type, shape, version)
    t.match(taken, [{ type, apiVersion, scheme: schemeOf[shape] }], `${type} ${shape} ${version}`)
  }
})

t.test('so does every event of every scenario', async (t) => {
  for (const { name, shape } of scenarios) {
    const taken = takeAll(name, shape)
    t.ok(taken.length > 1, name)
    for (const { scheme } of taken) t.equal(scheme, schemeOf[shape])
  }
})

t.test('the pace keeps to the rate', async (t) => {
  const pace = createPace(200, new AbortController().signal)
  const start = performance.now()
  for (let turn = 0; turn < 11; turn += 1) await pace()
  // Ten gaps of 5 ms; timers may go off up to a millisecond early.
  t.ok(performance.now() - start > 48)
})

t.test('an interrupted pace waits no longer', { timeout: 5000 }, async () => {
  const stop = new AbortController()
  const pace = createPace(0.001, stop.signal)
  await pace()
  const waiting = pace()
  stop.abort()
  await waiting
})

t.test('percentiles are by nearest rank', async (t) => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  t.equal(percentile(hundred, 50), 50)
  t.equal(percentile(hundred, 99), 99)
  t.equal(percentile([7], 50), 7)
  t.equal(percentile([], 99), 0)
})
