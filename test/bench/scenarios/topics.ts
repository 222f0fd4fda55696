import { pino } from 'pino'
import { createBoss } from '../../../src/queue/boss.ts'
import { topicOf } from '../../../src/worker/publish.ts'
import { application } from '../application.ts'
import type { Bench } from '../bench.ts'
import { messageBodies } from '../events/messages.ts'
import type { Measurement } from '../measurement.ts'
import type { Database } from '../postgres.ts'
import { inTurns } from '../turns.ts'
import { type DrainRun, runDrain } from './drain-run.ts'
import type { Scenario } from './scenario.ts'

const TABLE = 'j. Drain of messages and topics'
const WITHOUT = 'worker that does not look for subscribers'
const NOBODY = 'worker, no subscriber'
const ONE = 'worker, one subscriber to all of them'

const workerWithoutTopics = new URL('../contenders/worker-without-topics.ts', import.meta.url)

/** What publishing costs: when nobody subscribes, and when one service wants every event. */
export const topics: Scenario = {
  letter: 'j',
  name: 'topics',
  about: 'drain without topics, without a subscriber, and with one',
  run: (bench) => inTurns(bench, compare),
}

async function compare(bench: Bench): Promise<Measurement[]> {
  const events = bench.sizes.topicsEvents
  const runs: readonly Omit<DrainRun, 'bodies'>[] = [
    { table: TABLE, label: WITHOUT, script: workerWithoutTopics, events },
    { table: TABLE, label: NOBODY, script: application, events },
    { table: TABLE, label: ONE, script: application, events, prepare: subscribe },
  ]
  const rows: Measurement[] = []
  for (const index of runs.keys()) {
    // In another order each time.
    const run = runs[(index + bench.repetition) % runs.length]
    if (run !== undefined) rows.push(...(await runDrain(bench, { ...run, bodies: messageBodies(events) })))
  }
  const compared = [NOBODY, ONE].map((label) => ({
    table: `${TABLE}, compared`,
    label: `${label} / without topics`,
    figures: {
      'per second, ratio':
        figure(rows, TABLE, label, 'per second') / figure(rows, TABLE, WITHOUT, 'per second'),
      'CPU, ratio': cpuOf(rows, label) / cpuOf(rows, WITHOUT),
    },
  }))
  return [...rows, ...compared]
}

function figure(rows: readonly Measurement[], table: string, label: string, name: string): number {
  return rows.find((row) => row.table === table && row.label === label)?.figures[name] ?? Number.NaN
}

/** Of an event, in both the worker and Postgres. */
function cpuOf(rows: readonly Measurement[], label: string): number {
  const names = ['application CPU µs', 'Postgres CPU µs']
  return names.reduce((sum, name) => sum + figure(rows, `${TABLE}: what one event costs`, label, name), 0)
}

async function subscribe({ url }: Database): Promise<void> {
  const boss = createBoss({
    databaseUrl: url,
    backend: 'postgres',
    workerLoops: 0,
    migrate: false,
    log: pino({ level: 'silent' }),
  })
  await boss.start()
  const queue = 'bench-subscriber'
  await boss.createQueue(queue)
  for (const type of ['message.received', 'message.delivered']) await boss.subscribe(topicOf(type), queue)
  await boss.stop({ graceful: false })
}
