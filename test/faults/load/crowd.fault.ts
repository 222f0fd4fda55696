import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { goodRequest } from '../../hostile/requests.ts'
import { rawRequest } from '../../http/helper.ts'
import { startLab } from '../lab/lab.ts'
import { type Offered, offer, openLanes } from '../lab/offer.ts'
import { newParcel } from '../lab/parcels.ts'
import { settle } from '../lab/reckoning.ts'
import { startServer } from '../lab/server.ts'

const LIMIT_MS = 180_000
const SCENE_MS = 3_000
const IDLE_CONNECTIONS = 2_000
/** `CONNECTIONS_MAX`, and some more. */
const CONNECTIONS_MAX = 4_096
const TOO_MANY_CONNECTIONS = 4_300
const OFFERED_PER_SECOND = 10_000
const FLOOD_CONNECTIONS = 1_000
/** So many that their deliveries would wait for longer than a second. */
const OVERLOAD_CONNECTIONS = 3_500
/** Far below what a process stores on any machine, and far above what is left when overload gets out of hand. */
const STORED_PER_SECOND_MIN = 500
const SLOW_READERS = 300
/** Each of them sends at once: far more than may wait on a connection. */
const QUESTIONS = 50
const SLOW_SENDERS = 200
const BODY_BYTES = 1_000_000
/** `WAITING_BYTES_MAX`, which bounds the bodies on their way in as well. */
const BODIES_MIB = 64
const GOOD_PER_SECOND = 50
const GOOD_CONNECTIONS = 200
/** The provider gives a delivery up after ten seconds. */
const GOOD_P99_LIMIT_MS = 5_000
const GROWTH_LIMIT_MIB = 200
const SETTLE_LIMIT_MS = 60_000

const garbageCollection = fileURLToPath(new URL('../lab/collect-garbage.ts', import.meta.url))

t.setTimeout(LIMIT_MS)
t.test('what one process holds', { timeout: LIMIT_MS }, async (t) => {
  const server = await startServer(t)
  const lab = await startLab(t, {
    directUrl: server.url,
    ingestEnv: { LOG_LEVEL: 'error', NODE_OPTIONS: `--import ${garbageCollection}` },
  })
  const { ingest } = lab
  const { port } = ingest
  let accepted = 0
  const good = () => goodRequest(newParcel('good'))
  const bad = Buffer.from(rawRequest('{"type":"x","data":{}}', { 'x-openphone-signature': '0'.repeat(64) }))

  /**
   * Lets a crowd do what it does, with good deliveries from the same address all the time.
   * @returns the most memory that the process took meanwhile, MiB.
   */
  const scene = async (t: Test, what: string, crowd: (signal: AbortSignal) => Promise<string>) => {
    const lanes = await openLanes(port, GOOD_CONNECTIONS)
    const ending = new AbortController()
    const before = ingest.residentMiB()
    let most = before
    const watch = setInterval(() => {
      most = Math.max(most, ingest.residentMiB())
    }, 100)
    const { signal } = ending
    const sent = offer({ lanes, perSecond: GOOD_PER_SECOND, signal, next: good })
    const acted = crowd(signal)
    await sleep(SCENE_MS)
    ending.abort()
    const goodAnswers = await sent
    const saw = await acted
    clearInterval(watch)
    ingest.signal('SIGUSR2')
    await sleep(1_000)
    isAnswered(t, goodAnswers)
    accepted += goodAnswers.statuses.get(200) ?? 0
    t.ok(
      most - before < GROWTH_LIMIT_MIB,
      `memory went from ${Math.round(before)} to ${Math.round(most)} MiB`,
    )
    t.comment(
      `${what}: ${saw}; good deliveries: ${goodAnswers}; ` +
        `resident ${Math.round(before)} MiB before, at most ${Math.round(most)}, ${Math.round(ingest.residentMiB())} after`,
    )
    return most
  }
  const isAnswered = (t: Test, { sent, heldBack, statuses, lost, p99Ms }: Offered) => {
    t.same(lost, [], 'no good delivery was left without an answer')
    t.equal(heldBack, 0)
    t.equal(statuses.get(200), sent, 'each good delivery was taken')
    t.ok(p99Ms < GOOD_P99_LIMIT_MS, `99 of 100 within ${Math.round(p99Ms)} ms`)
  }

  await t.test('nobody else', async (t) => {
    await scene(t, 'alone', async () => 'nobody')
  })

  await t.test(`${IDLE_CONNECTIONS} connections that do nothing`, async (t) => {
    await scene(t, 'idle', async (signal) => {
      const idle = await openMany(port, IDLE_CONNECTIONS)
      for (const socket of idle) socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n')
      await aborted(signal)
      const open = idle.filter(({ destroyed }) => !destroyed).length
      t.equal(open, IDLE_CONNECTIONS)
      closeAll(idle)
      return `${open} connections open`
    })
  })

  await t.test('bad signatures from the address of the provider', async (t) => {
    await scene(t, 'bad signatures', async (signal) => {
      const flood = await offer({
        lanes: await openLanes(port, FLOOD_CONNECTIONS),
        perSecond: OFFERED_PER_SECOND,
        signal,
        next: () => bad,
      })
      t.same([...flood.statuses.keys()].sort(), [400, 429])
      t.same(flood.lost, [])
      return String(flood)
    })
  })

  await t.test('good deliveries, more than can be stored', async (t) => {
    const ready = Array.from({ length: (OFFERED_PER_SECOND * SCENE_MS) / 1000 }, good)
    const lanes = await openLanes(port, OVERLOAD_CONNECTIONS)
    const ending = new AbortController()
    const before = ingest.residentMiB()
    setTimeout(() => ending.abort(), SCENE_MS)
    const flood = await offer({
      lanes,
      perSecond: OFFERED_PER_SECOND,
      signal: ending.signal,
      next: () => ready.pop() ?? good(),
    })
    accepted += flood.statuses.get(200) ?? 0
    t.same(flood.lost, [])
    for (const status of flood.statuses.keys()) t.ok(status === 200 || status === 503, `${status}`)
    t.ok(
      (flood.statuses.get(200) ?? 0) > STORED_PER_SECOND_MIN * (SCENE_MS / 1000),
      'those turned away leave time for those taken',
    )
    t.ok(flood.p99Ms < GOOD_P99_LIMIT_MS)
    const growth = Math.round(ingest.residentMiB() - before)
    t.ok(growth < GROWTH_LIMIT_MIB, `memory grew by ${growth} MiB`)
    t.comment(`good deliveries: ${flood}; resident ${Math.round(before)} MiB before, ${growth} more after`)
  })

  await t.test(`${SLOW_READERS} connections that ask and do not read`, async (t) => {
    const question = Buffer.from('GET /docs/json HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(QUESTIONS))
    await scene(t, 'slow readers', async (signal) => {
      const readers = await openMany(port, SLOW_READERS)
      for (const socket of readers) socket.pause().write(question)
      await aborted(signal)
      closeAll(readers)
      return `${SLOW_READERS} connections with ${QUESTIONS} requests each for a large answer`
    })
  })

  await t.test(`${SLOW_SENDERS} large bodies that do not come to their end`, async (t) => {
    const head = rawRequest('', { 'content-length': String(BODY_BYTES) })
    const send = async (signal: AbortSignal) => {
      const senders = await openMany(port, SLOW_SENDERS)
      const heard = new Map<Socket, string>()
      for (const socket of senders) {
        socket.on('data', (chunk) => heard.set(socket, (heard.get(socket) ?? '') + chunk))
        socket.write(head)
        socket.write(Buffer.alloc(BODY_BYTES - 1, 'x'))
      }
      await aborted(signal)
      const refused = [...heard.values()].filter((text) =>
        /^HTTP\/1\.1 503 .*\r\nretry-after: \d/is.test(text),
      )
      t.ok(refused.length >= SLOW_SENDERS - BODIES_MIB - 8, `${refused.length} were told to come again later`)
      closeAll(senders)
      return `${SLOW_SENDERS} bodies of 1 MB, ${refused.length} answered 503 with Retry-After`
    }
    const first = await scene(t, 'slow senders', send)
    await scene(t, 'slow senders again', send)
    const third = await scene(t, 'slow senders once more', send)
    // What was let go may stay with the allocator, for the next: bodies that were not would add up, to twice as much.
    t.ok(third - first < BODIES_MIB, `the third crowd took ${Math.round(third - first)} MiB more`)
  })

  await t.test('more connections than it takes', async (t) => {
    await scene(t, 'too many connections', async (signal) => {
      await sleep(500)
      const many = await openMany(port, TOO_MANY_CONNECTIONS)
      await aborted(signal)
      const open = many.filter(({ closed }) => !closed).length
      const all = open + GOOD_CONNECTIONS
      t.ok(all <= CONNECTIONS_MAX && all > CONNECTIONS_MAX - 50, `${all} are open`)
      closeAll(many)
      return `${TOO_MANY_CONNECTIONS} tried, ${open} open`
    })
  })

  await settle(lab.pool, SETTLE_LIMIT_MS)
  const { rows } = await lab.pool.query('select count(*)::int as count from openphone.webhook_event')
  t.same(rows, [{ count: accepted }], 'all that was accepted is there, and came to its end')
  t.same(ingest.endings, [], 'the process is the same')
})

async function openMany(port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(100, count - sockets.length) }, () => {
      const socket = connect({ port, host: '127.0.0.1' })
      // Refused ones are counted by those that are left.
      socket.on('error', () => {})
      return socket.resume()
    })
    await Promise.all(some.map((socket) => once(socket, 'connect')))
    sockets.push(...some)
  }
  return sockets
}

function closeAll(sockets: readonly Socket[]): void {
  for (const socket of sockets) socket.destroy()
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort')
}
