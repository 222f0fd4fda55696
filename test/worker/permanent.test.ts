import { registry } from '../../src/events/index.ts'
import type { Registry } from '../../src/events/registry.ts'
import type { Translate } from '../../src/vocabulary/updates.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { buildDelivery } from '../outbox/build.ts'
import {
  attemptLines,
  deadLetterOf,
  jobsOf,
  messageReceived,
  retryOf,
  startWorker,
  store,
} from './fixture.ts'

/** A message that cannot be filed: it has no id. */
const withoutId = () =>
  buildDelivery({ payload: Buffer.from('{"type":"message.received","data":{"resource":{"text":"Hi"}}}') })

t.test('an event that no attempt can handle', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const [first = '', bad = '', second = ''] = await store(pool, [
    messageReceived('AC1'),
    withoutId(),
    messageReceived('AC2'),
  ])
  const worker = await startWorker(t, url)

  await t.test('is dead-lettered by its first attempt, whatever retries are left', async (t) => {
    const letter = await deadLetterOf(pool, bad)
    t.match(letter, { state: 'created', source_id: bad, source_retry_count: 0 })
    const event = await worker.eventWith(bad, 'failed')
    t.match(event, { attempts: 1, last_error: /^PermanentError: /, processed_at: null })
    t.ok(event.failed_at)
    t.equal(letter.source_output?.message, event.last_error)
    const [job] = await jobsOf(pool, bad)
    t.match(job, { state: 'failed', retry_count: 0, retry_limit: 5 })
  })

  await t.test('does no harm to the others of its batch', async (t) => {
    for (const id of [first, second]) t.match(await worker.eventWith(id, 'processed'), { attempts: 1 })
    const { rows } = await pool.query(
      'select distinct started_on from pgboss.job where started_on is not null',
    )
    t.equal(rows.length, 1, 'which was one batch')
    t.same(
      new Map(attemptLines(worker).map(({ eventId, outcome }) => [eventId, outcome])),
      new Map([
        [first, 'processed'],
        [bad, 'failed'],
        [second, 'processed'],
      ]),
    )
  })
})

t.test('a translator with a bug harms only its own events', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const bugs: Record<string, Translate> = {
    // Errors that could be taken for a lost connection: Node's own carry a code, too, or mention one.
    'bug.argument': () => Buffer.from(undefined as never) as never,
    'bug.message': (event) => (event.payload.data.absent as { connection: never }).connection,
    'bug.thrown': () => {
      throw 'not even an error'
    },
  }
  const buggy: Registry = {
    ...registry,
    translators: new Map([...registry.translators, ...Object.entries(bugs)]),
  }
  const good = await store(
    pool,
    Array.from({ length: 3 }, (_, index) => messageReceived(`AC${index}`)),
  )
  const types = Object.keys(bugs)
  const bad = await store(
    pool,
    types.map((type) => buildDelivery({ type, payload: Buffer.from(JSON.stringify({ type, data: {} })) })),
  )
  const worker = await startWorker(t, url, { registry: buggy })

  for (const id of good) t.match(await worker.eventWith(id, 'processed'), { attempts: 1 })
  for (const id of bad) {
    await retryOf(pool, id)
    const event = await worker.eventWith(id, 'received')
    t.match(event, { attempts: 1 }, `${event.type} is tried again later`)
    t.ok(event.last_error, String(event.last_error))
  }
})
