import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { OverloadedError } from '../../src/outbox/errors.ts'
import { GroupCommit, type OutboxOptions } from '../../src/outbox/outbox.ts'
import { type StoreDeliveries, type Stored, storeDeliveriesIn } from '../../src/outbox/store-deliveries.ts'
import type { Delivery } from '../../src/webhook/delivery.ts'
import { connect, prepareTestDatabase, rowOf, testPool } from '../db/prepared.ts'
import t from '../helper/tap.ts'
import { buildDelivery } from './build.ts'

const MEBIBYTE = 1024 * 1024

/** The real storing, each call of which waits until it is let through. */
class Gate {
  /** The group of every call so far. */
  readonly groups: (readonly Delivery[])[] = []
  readonly #waiting: (() => void)[] = []
  #isOpen = false
  readonly #store: StoreDeliveries

  constructor(store: StoreDeliveries) {
    this.#store = store
  }

  readonly store: StoreDeliveries = async (deliveries) => {
    this.groups.push(deliveries)
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#store(deliveries)
  }

  get sizes(): number[] {
    return this.groups.map((group) => group.length)
  }

  /** Lets the call through that has waited longest. */
  letOne(): void {
    this.#waiting.shift()?.()
  }

  /** Lets all through, and those to come. */
  open(): void {
    this.#isOpen = true
    for (const go of this.#waiting.splice(0)) go()
  }
}

function deliveries(count: number, bytes?: number): Delivery[] {
  const given = bytes === undefined ? {} : { payload: Buffer.from(JSON.stringify('x'.repeat(bytes - 2))) }
  return Array.from({ length: count }, () => buildDelivery(given))
}

const submitTo = (outbox: GroupCommit) => (delivery: Delivery) => outbox.submit(delivery)

/** Two deliveries that came one after the other, each with a commit of its own: more cannot be in flight. */
async function fillCommits(outbox: GroupCommit): Promise<Promise<Stored>[]> {
  const answers = []
  for (const delivery of deliveries(2)) {
    answers.push(outbox.submit(delivery))
    await nextTurn()
  }
  return answers
}

t.test('group commit', async (t) => {
  const { url, pool } = await prepareTestDatabase(t)
  const store = storeDeliveriesIn(pool, { notify: true })
  const open = (options: Partial<OutboxOptions> = {}) => {
    const gate = new Gate(store)
    const outbox = new GroupCommit({
      store: gate.store,
      waitingMax: 10_000,
      waitingBytesMax: 1024 * MEBIBYTE,
      ...options,
    })
    return { gate, outbox }
  }
  const isStored = async (delivery: Delivery): Promise<boolean> => {
    const { rows } = await pool.query(
      'select from openphone.webhook_event join pgboss.job using (id) where dedupe_key = $1',
      [delivery.dedupeKey],
    )
    return rows.length === 1
  }

  await t.test('begins to commit a lone delivery at once, and answers after the commit', async (t) => {
    const { gate, outbox } = open()
    const delivery = buildDelivery()
    const answer = outbox.submit(delivery)
    await nextTurn()
    t.same(gate.sizes, [1], 'without waiting for company')
    t.equal(await isStored(delivery), false)
    gate.open()
    t.match(await answer, { status: 'queued', eventId: /^[0-9a-f-]{36}$/ })
    t.ok(await isStored(delivery))
  })

  await t.test('lets what arrived together share a commit', async (t) => {
    const { gate, outbox } = open()
    gate.open()
    await Promise.all(deliveries(12).map(submitTo(outbox)))
    t.same(gate.sizes, [12])
  })

  await t.test('lets what arrives while two commits are in flight share the next one', async (t) => {
    const { gate, outbox } = open()
    const answers = await fillCommits(outbox)
    t.same(gate.sizes, [1, 1])
    answers.push(...deliveries(10).map(submitTo(outbox)))
    await nextTurn()
    t.equal(outbox.waitingCount, 10)
    gate.letOne()
    await answers[0]
    while (outbox.waitingCount > 0) await nextTurn()
    t.same(gate.sizes, [1, 1, 10])
    gate.open()
    const stored = await Promise.all(answers)
    t.equal(new Set(stored.map(({ eventId }) => eventId)).size, 12, 'each gets an answer of its own')
  })

  await t.test('commits at most 128 deliveries together', async (t) => {
    const { gate, outbox } = open()
    gate.open()
    await Promise.all(deliveries(300).map(submitTo(outbox)))
    t.same(gate.sizes, [128, 128, 44])
  })

  await t.test('commits at most four mebibytes together, and a larger body alone', async (t) => {
    const { gate, outbox } = open()
    const bodies = [...deliveries(3, 1.5 * MEBIBYTE), ...deliveries(1, 5 * MEBIBYTE), ...deliveries(2)]
    gate.open()
    await Promise.all(bodies.map(submitTo(outbox)))
    t.same(gate.sizes, [2, 1, 1, 2])
  })

  await t.test('refuses a delivery when as many wait as may', async (t) => {
    const { gate, outbox } = open({ waitingMax: 3 })
    const answers = [...(await fillCommits(outbox)), ...deliveries(3).map(submitTo(outbox))]
    const refused = buildDelivery()
    const error = await outbox.submit(refused).catch((thrown: unknown) => thrown)
    t.ok(error instanceof OverloadedError && error.retryAfterSeconds > 0, 'and says when to come again')
    gate.open()
    await Promise.all(answers)
    t.equal(await isStored(refused), false)
    t.match(await outbox.submit(refused), { status: 'queued' }, 'and takes it when there is room')
  })

  await t.test('refuses a delivery when as many bytes wait as may', async (t) => {
    const { gate, outbox } = open({ waitingBytesMax: 100_000 })
    const answers = [...(await fillCommits(outbox)), ...deliveries(2, 60_000).map(submitTo(outbox))]
    t.equal(outbox.waitingCount, 2)
    await t.rejects(outbox.submit(buildDelivery()), OverloadedError)
    gate.open()
    await Promise.all(answers)
    t.match(await outbox.submit(buildDelivery()), { status: 'queued' }, 'and takes it when there is room')
  })

  await t.test('refuses a delivery while the line moves too slowly for it', async (t) => {
    const { gate, outbox } = open({ answerLimitMs: 2_000 })
    const answers = [...(await fillCommits(outbox)), outbox.submit(buildDelivery())]
    t.equal(outbox.refusal(), undefined, 'not because something waits')
    const startedAt = performance.now()
    while (outbox.refusal() === undefined) await sleep(10)
    t.ok(performance.now() - startedAt < 1_000, 'but before too little time is left for a commit')
    await t.rejects(outbox.submit(buildDelivery()), OverloadedError)
    gate.open()
    t.match(await Promise.all(answers), [{ status: 'queued' }, { status: 'queued' }, { status: 'queued' }])
    t.match(await outbox.submit(buildDelivery()), { status: 'queued' }, 'and takes it when the line moves')
  })

  await t.test('tells of every commit', async (t) => {
    const commits: { size: number; seconds: number }[] = []
    const { gate, outbox } = open({ onCommit: (size, seconds) => commits.push({ size, seconds }) })
    gate.open()
    const delivery = buildDelivery()
    await outbox.submit(delivery)
    t.match(await outbox.submit(delivery), { status: 'duplicate' })
    t.same(
      commits.map(({ size }) => size),
      [1, 1],
    )
    t.ok(commits.every(({ seconds }) => seconds > 0 && seconds < 10))
  })

  await t.test('refuses what comes after closing, and answers what it had taken', async (t) => {
    const { gate, outbox } = open()
    const answers = [...(await fillCommits(outbox)), ...deliveries(18).map(submitTo(outbox))]
    let isClosed = false
    const closed = Promise.all([outbox.close(), outbox.close()]).then(() => {
      isClosed = true
    })
    await t.rejects(outbox.submit(buildDelivery()), OverloadedError)
    gate.letOne()
    await answers[0]
    await nextTurn()
    t.equal(isClosed, false, 'not closed while answers are due')
    gate.open()
    await closed
    t.same(new Set((await Promise.all(answers)).map(({ status }) => status)), new Set(['queued']))
    t.equal(outbox.waitingCount, 0)
    await outbox.close()
  })

  await t.test('answers what it had taken when it is closed before the commit began', async (t) => {
    const { gate, outbox } = open()
    gate.open()
    const answer = outbox.submit(buildDelivery())
    await outbox.close()
    t.same(gate.sizes, [1])
    t.match(await answer, { status: 'queued' })
  })

  await t.test('closes at once when nothing is in hand', async (t) => {
    const { outbox } = open()
    await outbox.close()
    await t.rejects(outbox.submit(buildDelivery()), OverloadedError)
  })

  await t.test('lets a delivery that the database refuses fail alone', async (t) => {
    await pool.query(
      `alter table openphone.webhook_event add constraint no_poison check (type <> 'poison') not valid`,
    )
    t.teardown(() => pool.query('alter table openphone.webhook_event drop constraint no_poison'))
    const { gate, outbox } = open()
    gate.open()
    const good = deliveries(4)
    const poison = buildDelivery({ type: 'poison' })
    const answers = Promise.allSettled([...good.slice(0, 2), poison, ...good.slice(2)].map(submitTo(outbox)))
    const [, , refused, ...others] = await answers
    t.match(refused, { status: 'rejected', reason: { code: '23514' } })
    t.same(new Set(others.map(({ status }) => status)), new Set(['fulfilled']))
    for (const delivery of good) t.ok(await isStored(delivery))
    t.equal(await isStored(poison), false)
    t.same(gate.sizes, [5, 1, 1, 1, 1, 1], 'the group, then each of its deliveries')
  })

  await t.test('does not try a lone delivery again that the database refuses', async (t) => {
    const { gate, outbox } = open()
    gate.open()
    await t.rejects(outbox.submit(buildDelivery({ payload: Buffer.from('no json') })), { code: '22P02' })
    t.same(gate.sizes, [1])
  })

  await t.test('fails a group whose connection is lost, without asking for each delivery', async (t) => {
    const ingestPool = testPool(t, url, 3)
    const gate = new Gate(storeDeliveriesIn(ingestPool, { notify: true }))
    gate.open()
    const outbox = new GroupCommit({ store: gate.store, waitingMax: 100, waitingBytesMax: MEBIBYTE })
    const blocker = await connect(t, pool)
    await blocker.query('begin')
    await blocker.query('lock table openphone.webhook_event in exclusive mode')
    const cutOne = async () => {
      const { pid } = await rowOf<{ pid: number }>(
        pool,
        `select pid from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' order by query_start limit 1`,
      )
      await rowOf(pool, 'select where pg_terminate_backend($1, 5000)', [pid])
    }

    const answers = Promise.allSettled([
      ...(await fillCommits(outbox)),
      ...deliveries(5).map(submitTo(outbox)),
    ])
    for (const _ of ['the first', 'the second', 'the group of the rest']) await cutOne()
    t.same(
      (await answers).map((answer) => answer.status === 'rejected' && answer.reason.code),
      Array(7).fill('57P01'),
    )
    t.same(gate.sizes, [1, 1, 5])
    await blocker.query('rollback')
    t.match(await outbox.submit(buildDelivery()), { status: 'queued' }, 'and goes on with a new one')
  })

  await t.test('fails a group on a database that became read-only, without asking for each', async (t) => {
    const standby = new URL(url)
    standby.searchParams.set('options', '-c default_transaction_read_only=on')
    const gate = new Gate(storeDeliveriesIn(testPool(t, standby.href, 3), { notify: true }))
    const outbox = new GroupCommit({ store: gate.store, waitingMax: 100, waitingBytesMax: MEBIBYTE })
    gate.open()
    const answers = Promise.allSettled(deliveries(8).map(submitTo(outbox)))
    t.same(
      (await answers).map((answer) => answer.status === 'rejected' && answer.reason.code),
      Array(8).fill('25006'),
    )
    t.same(gate.sizes, [8])
  })

  await t.test('turns away between two tries what comes when the database is long in trouble', async (t) => {
    const readOnly = new URL(url)
    readOnly.searchParams.set('options', '-c default_transaction_read_only=on')
    let current = storeDeliveriesIn(testPool(t, readOnly.href, 3), { notify: true })
    const outbox = new GroupCommit({
      store: (group) => current(group),
      waitingMax: 100,
      waitingBytesMax: MEBIBYTE,
    })
    const startedAt = performance.now()
    let answers: unknown[] = []
    const isTurnedAway = (answer: unknown) => answer instanceof OverloadedError
    while (!answers.some(isTurnedAway)) {
      answers = await Promise.all(deliveries(4).map((each) => outbox.submit(each).catch((error) => error)))
    }
    const ms = performance.now() - startedAt
    t.ok(ms > 1_000, `not before they might have been stored, but after ${Math.round(ms)} ms`)
    current = store
    while (isTurnedAway(outbox.refusal())) await nextTurn()
    t.match(await outbox.submit(buildDelivery()), { status: 'queued' }, 'and the next try takes what comes')
    t.equal(outbox.refusal(), undefined)
  })
})
