import { createConnection, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { signatureHeaders, WEBHOOK_PATH } from '../helper/send.ts'
import { holdEvents } from './lab/hold.ts'
import { startLab } from './lab/lab.ts'
import { runOn } from './lab/pair.ts'
import { newParcel } from './lab/parcels.ts'
import { startServer } from './lab/server.ts'
import { startService } from './lab/supervisor.ts'

const LIMIT_MS = 120_000
const CLIENTS = 64
const ROUNDS = 4
const GRACE_SECONDS = 10
const RECOVERY_LIMIT_MS = 5_000

t.setTimeout(LIMIT_MS)
t.test('nothing is lost when processes are stopped under load', { timeout: LIMIT_MS }, async (t) => {
  const server = await startServer(t)
  const lab = await startLab(t, {
    directUrl: server.url,
    env: { SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS) },
    traffic: { perSecond: 120, lanes: CLIENTS },
  })
  const { ingest, worker, provider } = lab
  provider.start()
  await lab.untilProcessing(RECOVERY_LIMIT_MS)

  for (const service of [ingest, worker]) {
    await t.test(`${service.role}, time and again`, async (t) => {
      for (let round = 1; round <= ROUNDS; round += 1) {
        // From its next start on it processes itself what it stored.
        if (service === ingest && round === ROUNDS / 2) service.role = 'all'
        await sleep(500 + Math.random() * 500)
        const startedAt = performance.now()
        service.signal('SIGTERM')
        const ending = await service.untilEnded(round, (GRACE_SECONDS + 5) * 1000)
        t.same(ending, { code: 0, signal: null })
        t.comment(`ended after ${Math.round(performance.now() - startedAt)} ms`)
        await service.untilReadyzIs(200, 20_000)
      }
    })
  }

  t.same((await lab.reckon()).wrong, [])
  t.comment(
    `${provider.receipts.length} deliveries; answers ${JSON.stringify(Object.fromEntries(provider.answers))}`,
  )
})

/** A keep-alive connection of raw HTTP: what it was sent, and whether it was closed. */
class Raw {
  readonly socket: Socket
  text = ''
  isClosed = false

  constructor(port: number) {
    this.socket = createConnection({ port, host: '127.0.0.1' })
    this.socket.setEncoding('utf8').on('data', (chunk) => {
      this.text += chunk
    })
    this.socket.on('close', () => {
      this.isClosed = true
    })
    this.socket.on('error', () => {})
  }

  post(): void {
    const { body, webhookId } = newParcel('good')
    const headers = {
      host: 'x',
      'content-type': 'application/json',
      'content-length': body.length,
      ...signatureHeaders(body, { webhookId }),
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    this.socket.write(`POST ${WEBHOOK_PATH} HTTP/1.1\r\n${lines.join('')}\r\n${body}`)
  }
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + RECOVERY_LIMIT_MS; !(await isSo()); await sleep(10)) {
    if (performance.now() > deadline) throw new Error(`not so within ${RECOVERY_LIMIT_MS} ms: ${what}`)
  }
}

t.test('a commit in flight is answered, and the connection closed', { timeout: LIMIT_MS }, async (t) => {
  const server = await startServer(t)
  const env = { DATABASE_URL: server.url, SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS) }
  const inFlight = `select from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'openphone-ingest'`

  /** A process with one delivery whose commit waits, one connection that is idle after an answer, and the lock. */
  const withCommitInFlight = async (t: Test) => {
    const ingest = await startService(t, 'ingest', env)
    const idle = new Raw(ingest.port)
    idle.post()
    await until('the first is answered', () => /^HTTP\/1.1 200/.test(idle.text))
    t.match(idle.text, /connection: keep-alive/i)
    const holder = await holdEvents(t, server.url)
    const busy = new Raw(ingest.port)
    busy.post()
    await until('the second is in flight', async () => (await runOn(server.url, inFlight)).rowCount === 1)
    return { ingest, idle, busy, holder }
  }

  await t.test('at the first signal', async (t) => {
    const { ingest, idle, busy, holder } = await withCommitInFlight(t)
    const ended = ingest.end('SIGTERM')
    await until('the idle connection is closed', () => idle.isClosed)
    t.equal(busy.text, '')
    await holder.release()
    t.same(await ended, { code: 0, signal: null })
    t.match(busy.text, /^HTTP\/1.1 200 OK\r\n/)
    t.match(busy.text, /\r\nconnection: close\r\n/i)
    t.ok(busy.isClosed)
  })

  await t.test('unless a second signal comes: then it quits at once', async (t) => {
    const { ingest, idle, busy } = await withCommitInFlight(t)
    ingest.signal('SIGTERM')
    await until('the first signal was heard', () => idle.isClosed)
    const startedAt = performance.now()
    t.same(await ingest.end('SIGTERM'), { code: 1, signal: null })
    const ms = performance.now() - startedAt
    t.ok(ms < 1_000, `after ${Math.round(ms)} ms`)
    t.equal(busy.text, '', 'what was not committed was not answered')
  })
})
