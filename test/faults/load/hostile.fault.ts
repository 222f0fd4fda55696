import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { testPool } from '../../db/prepared.ts'
import { aftermath, NO_RETRIES } from '../../hostile/aftermath.ts'
import { barrage } from '../../hostile/barrage.ts'
import { BODY_LIMIT_BYTES } from '../../hostile/bodies.ts'
import { Provider } from '../lab/provider.ts'
import { startServer } from '../lab/server.ts'
import { type Service, startService } from '../lab/supervisor.ts'

const REQUESTS = Number(process.env.FAULTS_HOSTILE_REQUESTS || 100_000)
const WARM_UP_REQUESTS = 10_000
/** Of what is held after the warm-up. The cache of phone numbers alone may take 2 MiB. */
const GROWTH_LIMIT_MIB = 8
/** A tenth of what is thrown away meanwhile would be over it. */
const RESIDENT_LIMIT_MIB = 400
const SETTLE_LIMIT_MS = 60_000
const LIMIT_MS = 195_000

const garbageCollection = fileURLToPath(new URL('../lab/collect-garbage.ts', import.meta.url))

t.setTimeout(LIMIT_MS)
t.test('a hundred thousand hostile requests', { timeout: LIMIT_MS }, async (t) => {
  const seed = Number(process.env.HOSTILE_SEED || randomInt(2 ** 30))
  t.comment(`HOSTILE_SEED=${seed}`)
  const server = await startServer(t)
  const service = await startService(t, 'all', {
    DATABASE_URL: server.url,
    ...NO_RETRIES,
    BODY_LIMIT_BYTES: String(BODY_LIMIT_BYTES),
    OPS_TOKEN: 'a-token-nobody-has-got',
    LOG_LEVEL: 'error',
    NODE_OPTIONS: `--import ${garbageCollection}`,
  })
  const pool = testPool(t, server.url)
  const good = new Provider({ url: service.url, perSecond: 20, lanes: 8 })
  good.start()

  const startedAt = performance.now()
  const answers = new Map<number, number>()
  const held: number[] = []
  let most = 0
  let [answered, garbage] = [0, 0]
  for (const [part, requests] of [WARM_UP_REQUESTS, ...halves(REQUESTS - WARM_UP_REQUESTS)].entries()) {
    const result = await barrage(service.port, requests, seed + part * 1_000_000)
    t.same(result.wrong, [])
    for (const [status, count] of result.answers) answers.set(status, (answers.get(status) ?? 0) + count)
    answered += result.answered
    garbage += result.garbage
    most = Math.max(most, service.residentMiB())
    held.push(await heldMiB(service))
  }
  const seconds = (performance.now() - startedAt) / 1000
  await good.stop()

  t.equal(answered, REQUESTS, 'each has its answer')
  t.same(
    [...answers.keys()].filter((status) => status >= 500),
    [],
    'none is a 5xx',
  )
  t.same(service.endings, [], 'the process is the same')
  t.equal(service.starts, 1)
  t.equal(service.errors, '')
  t.same(service.lines, [], 'nothing was logged as an error')

  // Looked at before the provider's own, of which some are meant to fail.
  t.same(await aftermath(pool, SETTLE_LIMIT_MS), [], 'every event came to its end, no job is stuck')
  t.equal(good.accepted, good.receipts.length, 'what was sent well meanwhile was taken')
  t.same(good.answers.size, 1)
  t.equal((await service.readiness()).status, 200)
  const { rows } = await pool.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from openphone.webhook_event group by status order by status',
  )

  const grown = (held.at(-1) ?? 0) - (held[0] ?? 0)
  t.ok(grown < GROWTH_LIMIT_MIB, `memory that is held grew by ${grown.toFixed(1)} MiB`)
  t.ok(most < RESIDENT_LIMIT_MIB, `the process had up to ${Math.round(most)} MiB`)
  t.comment(
    `${answered} requests and ${garbage} connections of garbage in ${seconds.toFixed(1)} s; ` +
      `answers ${JSON.stringify(Object.fromEntries(answers))}; events ${JSON.stringify(rows)}; ` +
      `held ${held.map(Math.round).join(', ')} MiB after a tenth, about a half, and all; resident up to ${Math.round(most)}`,
  )
})

/** What of the heap is in use once the rest has been let go. */
async function heldMiB(service: Service): Promise<number> {
  service.signal('SIGUSR2')
  await sleep(500)
  const metrics = await (await fetch(`${service.url}/metrics`)).text()
  return Number(/^nodejs_heap_size_used_bytes (\S+)/m.exec(metrics)?.[1]) / 2 ** 20
}

function halves(count: number): [number, number] {
  return [count >> 1, count - (count >> 1)]
}
