import { readFileSync } from 'node:fs'
import t from 'tap'
import { createContext, type Envelope, findSample, type Shape, samples } from '../src/samples/index.ts'
import { eventJobTable } from './helper/event-job-table.ts'
import { type OverheardApp, startOverheardApp } from './helper/overheard-app.ts'
import { schemeOf } from './helper/samples.ts'
import { runOps } from './ops/command.ts'

// A whole installation at debug level: ingest, workers, operators' API and commands, in good times and bad. What
// anybody may see of it is searched for secrets, tokens, signatures, and what people wrote and said. Beside it,
// test/webhook-security.test.ts holds every answer of the endpoint to the same.

/** Of two tasks, of which the database takes one. */
const TITLE = 'Call Ms Lindqvist back, on Friday'

const FAULTS = [
  // As a trigger of somebody's own may: every part of its error holds the row.
  `create function public.refuse() returns trigger language plpgsql as $$
    begin raise exception 'refused: %', new using detail = new::text, hint = new::text, constraint = 'refused'; end $$`,
  `create trigger refuse before insert or update on openphone.message for each row
    when (new.status = 'failed') execute function public.refuse()`,
  // Postgres' own: "Failing row contains (…)", "Key (…)=(…) already exists.", and a value that is of no use.
  `alter table openphone.call add constraint refused check (status <> 'missed') not valid`,
  `create unique index refused on openphone.task (title) where title = '${TITLE}'`,
  `create function public.spoil() returns trigger language plpgsql as
    $$ begin new.duration_seconds = new.transcript::int; return new; end $$`,
  `create trigger spoil before insert or update on openphone.voicemail for each row
    when (new.transcript is not null) execute function public.spoil()`,
]

/** An event that each of the faults fails. */
const FAILING: readonly [type: string, shape: Shape][] = [
  ['message.failed', 'current'],
  ['call.missed', 'flat'],
  ['voicemail.received', 'flat'],
]

const app = await startOverheardApp(t, {
  RETRY_LIMIT: '1',
  RETRY_DELAY_SECONDS: '1',
  BAD_SIGNATURES_PER_MINUTE: '5',
})
const { database, opsToken, post, ask, overhear } = app
const operator = { authorization: `Bearer ${opsToken}` }

t.test('a whole run shows no secret, and nothing that people wrote and said', async (t) => {
  for (const { shape, ...sample } of samples) {
    const answer = await post(sample.build(createContext()), { scheme: schemeOf[shape] })
    t.equal(answer.status, 200, `${sample.type}, ${shape}`)
  }
  for (let n = 0; n < 8; n += 1) {
    await post(build('message.received', 'current'), { headers: { 'webhook-id': 'of another' } })
  }

  for (const fault of FAULTS) await database.query(fault)
  const failing: string[] = []
  for (const [type, shape] of FAILING) {
    const { eventId } = await post(build(type, shape), { scheme: schemeOf[shape] })
    failing.push(eventId)
  }
  const task = build('task.created', 'current')
  const twin = build('task.created', 'current')
  for (const { data } of [task, twin]) Object.assign(data.resource ?? {}, { title: TITLE })
  await app.settled((await post(task)).eventId, 'processed')
  failing.push((await post(twin)).eventId)
  failing.push((await post({ ...build('message.received', 'current'), data: { resource: {} } })).eventId)
  for (const eventId of failing) await app.settled(eventId, 'failed')
  await failInTheBackground(app)

  await t.test('to operators who do not ask for a payload', async (t) => {
    const addresses = [
      'overview',
      'queues',
      'failures',
      'throughput?range=1h',
      'types',
      'events',
      'events?status=failed',
    ]
    for (const address of addresses)
      t.equal(await ask(`/ops/api/${address}`, { headers: operator }), 200, address)
    for (const address of ['events?status=nonsense', 'events?cursor=x', 'events/nobody']) {
      t.ok((await ask(`/ops/api/${address}`, { headers: operator })) >= 400, address)
    }
    for (const token of [opsToken.slice(1), '']) {
      t.equal(await ask('/ops/api/overview', { headers: { authorization: `Bearer ${token}` } }), 401)
    }
    t.equal(await ask('/ops'), 200)
    t.equal(await ask('/metrics'), 200)
    t.equal(await ask('/readyz'), 200)
    t.equal(await ask('/docs/json'), 200)
    const replay = { method: 'POST', headers: operator }
    t.equal(await ask(`/ops/api/events/${failing[0]}/replay`, replay), 200)
    await app.settled(failing[0] ?? '', 'failed')
  })

  await t.test('to those who type commands', async (t) => {
    const env = {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: app.databaseUrl,
      OPENPHONE_SIGNING_SECRETS: Object.values(app.secrets).join(','),
      OPS_TOKEN: opsToken,
      LOG_LEVEL: 'debug',
    }
    const commands = [
      ['status'],
      ['status', '--json'],
      ['failures'],
      ['failures', '--json'],
      ['replay', '--type', 'message.failed', '--dry-run'],
      ['redrive', '--yes'],
      ['purge', '--older-than', '1d', '--yes'],
      ['doctor', '--url', app.url],
      ['show', 'nobody'],
    ]
    for (const args of commands) {
      const { code, stdout, stderr } = await runOps(args, env)
      t.ok(code !== null && stdout + stderr !== '', `${args.join(' ')}: ${code}`)
      overhear(stdout + stderr)
    }
    // What was redriven is tried once more, and for so long it is no failure.
    for (const eventId of failing) await app.settled(eventId, 'failed')
    const away = await runOps(['status'], {
      ...env,
      DATABASE_URL: env.DATABASE_URL.replace(/@[^/]*/, '@127.0.0.1:9'),
    })
    t.equal(away.code, 1, 'without a database')
    overhear(away.stdout + away.stderr)
  })

  await t.test('in what the database tells of the run', async (t) => {
    const views = {
      ops_failures: 'select * from openphone.ops_failures',
      ops_backlog: 'select * from openphone.ops_backlog',
      ops_throughput: 'select * from openphone.ops_throughput limit 5',
      'ops_event, but for the payload': `select to_jsonb(e) - 'payload' from openphone.ops_event e`,
      'webhook_event, but for the payload': `select to_jsonb(e) - 'payload' from openphone.webhook_event e`,
      'jobs and dead letters': 'select * from pgboss.job',
      sessions:
        'select usename, application_name, query from pg_stat_activity where datname = current_database()',
    }
    for (const [view, query] of Object.entries(views)) {
      const { rows } = await database.query(query)
      t.ok(rows.length > 0, view)
      overhear(JSON.stringify(rows))
    }
  })

  await t.test('in what the machine tells of the process', async () => {
    // Its environment is for its own user and root alone.
    for (const file of ['cmdline', 'comm', 'status'])
      overhear(readFileSync(`/proc/${app.pid}/${file}`, 'utf8'))
  })

  await t.test('and no secret to those who ask for a payload', async (t) => {
    for (const address of [
      `events/${failing[0]}`,
      'objects?search=%2B14155550100',
      `events?search=${failing[1]}`,
    ]) {
      const answer = await fetch(`${app.url}/ops/api/${address}`, { headers: operator })
      t.equal(answer.status, 200, address)
      t.same(app.secretsIn(await answer.text()), [])
    }
    const { stdout } = await runOps(['show', failing[0] ?? ''], { DATABASE_URL: app.databaseUrl })
    t.match(stdout, /refused/)
    t.same(app.secretsIn(stdout), [])
  })

  t.same(await app.stop(), { code: 0, signal: null })
  const events = new Set(app.logLines.map(({ event }) => event))
  for (const event of ['webhook', 'attempt', 'queue_error']) t.ok(events.has(event), `${event} was logged`)
  t.same(app.leaks(), [])
})

t.test('each failure says all the same what failed', async (t) => {
  const { rows } = await database.query<{ error: string }>(
    'select distinct last_error as error from openphone.webhook_event where last_error is not null',
  )
  t.same(
    rows.map(({ error }) => error).toSorted(),
    [
      'error: duplicate key value violates unique constraint "refused"',
      'error: invalid input syntax for type integer: "…"',
      'error: new row for relation "call" violates check constraint "refused"',
      'error: refused: (…)',
      'PermanentError: data.resource.id: expected a non-empty text or number of at most 512 characters',
    ].toSorted(),
  )
})

/** Makes pg-boss's own statements fail, with an error that shows the row. */
async function failInTheBackground({ database, settled }: OverheardApp): Promise<void> {
  const table = await eventJobTable(database)
  await database.query(
    `create trigger refuse before update on ${table} for each row
    when (new.data ->> 'type' = 'message.delivered') execute function public.refuse()`,
  )
  const { eventId } = await post(build('message.delivered', 'current'))
  const deadline = Date.now() + 15_000
  while (!app.logLines.some(({ event }) => event === 'queue_error')) {
    if (Date.now() > deadline) throw new Error('no error of the queue was logged')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await database.query(`drop trigger refuse on ${table}`)
  await settled(eventId, 'processed')
}

function build(type: string, shape: Shape): Envelope {
  const sample = findSample(type, shape)
  if (sample === undefined) throw new Error(`there is no sample of ${type} in the shape ${shape}`)
  return sample.build(createContext())
}
