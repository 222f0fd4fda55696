import { randomInt } from 'node:crypto'
import t from 'tap'
import { startPipeline } from '../helper/pipeline.ts'
import { messageReceived } from '../worker/fixture.ts'
import { aftermath, NO_RETRIES } from './aftermath.ts'
import { barrage } from './barrage.ts'
import { BODY_LIMIT_BYTES } from './bodies.ts'

/** `npm run test:faults` sends 100,000. */
const REQUESTS = 3_000
const SETTLE_LIMIT_MS = 30_000

const pipeline = await startPipeline(t, {
  env: {
    ...NO_RETRIES,
    BODY_LIMIT_BYTES: String(BODY_LIMIT_BYTES),
    BAD_SIGNATURES_PER_MINUTE: '1000',
    OPS_TOKEN: 'a-token-nobody-has-got',
  },
})

t.test('whatever is sent, each request has its answer, none of them a 5xx', async (t) => {
  const seed = Number(process.env.HOSTILE_SEED ?? randomInt(2 ** 31))
  t.comment(`HOSTILE_SEED=${seed}`)
  const { port } = new URL(pipeline.app.url)
  const { answered, garbage, answers, wrong } = await barrage(Number(port), REQUESTS, seed)
  t.same(wrong, [])
  t.equal(answered, REQUESTS)
  t.comment(`and ${garbage} times garbage; answers ${JSON.stringify(Object.fromEntries(answers))}`)
  for (const status of [200, 400, 404, 405, 413, 415, 422, 429, 431])
    t.ok(answers.has(status), `${status} was among them`)
})

t.test('afterwards a good delivery is taken and processed as ever, and no job is stuck', async (t) => {
  const answer = await pipeline.send(messageReceived('ACafterwards').payload)
  t.equal(answer.status, 200)
  await pipeline.eventWith(answer.eventId, 'processed')
  t.same(await aftermath(pipeline.pool, SETTLE_LIMIT_MS), [])
  t.equal((await fetch(`${pipeline.app.url}/readyz`)).status, 200)
  t.same(
    pipeline.logLines.filter((line) => JSON.parse(line).level >= 50),
    [],
  )
})
