import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from '../helper/tap.ts'
import { retryNow } from '../worker/fixture.ts'
import { startOps } from './fixture.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** The alert rules of README.md. */
const [, rules = ''] = /^### Alerts\n+```yaml\n(.*?)^```$/ms.exec(readme) ?? []
const expressions = [...rules.matchAll(/^ +expr: (.+)$/gm)].map(([, expression = '']) => expression)

/** The operators of label matchers that the rules use. */
type Matcher = readonly [label: string, operator: '=' | '=~', value: string]

interface Selector {
  readonly metric: string
  readonly matchers: readonly Matcher[]
}

/** What an expression asks of Prometheus. */
function selectorsIn(expression: string): Selector[] {
  return [...expression.matchAll(/\b(openphone_\w+)(?:\{([^}]*)\})?/g)].map(
    ([, metric = '', within = '']) => ({
      metric,
      matchers: [...within.matchAll(/(\w+)(=~?)"([^"]*)"/g)].map(
        ([, label, operator, value]) => [label, operator, value] as unknown as Matcher,
      ),
    }),
  )
}

/** The samples of a scrape: a metric's name with its labels. */
function samplesIn(text: string) {
  return [...text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)].map(([, metric, within = '']) => ({
    metric,
    labels: Object.fromEntries(
      [...within.matchAll(/(\w+)="([^"]*)"/g)].map(([, label, value]) => [label, value]),
    ),
  }))
}

t.test('everything that the alert rules of README.md look at is told by a running app', async (t) => {
  const ops = await startOps(t, { env: { RETRY_LIMIT: '1' } })
  await ops.pool.query('alter table openphone.message add constraint a_fault check (false) not valid')
  const message = {
    type: 'message.received',
    data: { messageId: 'AC1', from: '+14155550123', to: '+14155550199', direction: 'inbound' },
  }
  await ops.send(message, { secret: `whsec_${Buffer.from('not-the-right-secret').toString('base64')}` })
  const { eventId } = await ops.send(message)
  await retryNow(ops.pool, eventId)
  await ops.eventWith(eventId, 'failed')

  const samples = samplesIn(await (await fetch(`${ops.app.url}/metrics`)).text())
  t.equal(expressions.length, rules.split('- alert:').length - 1, 'each rule has its expression on one line')
  t.ok(expressions.length > 0)
  for (const expression of expressions) {
    const grouped = [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) =>
      labels.split(/, */),
    )
    for (const { metric, matchers } of selectorsIn(expression)) {
      const named = samples.filter((sample) => sample.metric === metric)
      t.ok(named.length > 0, metric)
      for (const [label, operator, value] of matchers) {
        for (const alternative of operator === '=~' ? value.split('|') : [value]) {
          t.ok(
            named.some(({ labels }) => labels[label] === alternative),
            `${metric}{${label}="${alternative}"}`,
          )
        }
      }
      for (const label of grouped) t.ok(named[0]?.labels[label], `${metric} by ${label}`)
    }
  }
})

const withPromtool = {
  skip:
    spawnSync('promtool', ['--version']).status !== 0 &&
    'no promtool on the PATH: apt-get install prometheus',
}

t.test('Prometheus understands the alert rules of README.md', withPromtool, async (t) => {
  const { status, output } = await runPromtool(t, 'check', {})
  t.equal(status, 0, output)
})

/** Samples of each minute, as Prometheus's tests of rules write them: `0+60x30` is 60 more in each of 30 minutes. */
type Series = Readonly<Record<string, string>>

const attempts = (outcome: string) => `openphone_attempts_total{type="message.received",outcome="${outcome}"}`
const webhooks = (labels: string) => `openphone_webhooks_total{${labels}}`
const deadLetters = 'openphone_queue_jobs{queue="openphone-dead",state="ready"}'
const oldest = 'openphone_queue_oldest_ready_seconds{queue="openphone-events"}'
const lag = (most: string) => `openphone_lag_seconds_bucket{le="${most}"}`

/** By the alert: what goes on when it is due after half an hour, and when it is not. */
const occasions: Readonly<Record<string, { due: Series; not: Series; labels?: Series }>> = {
  NoWorker: { due: {}, not: { [deadLetters]: '0+0x30' } },
  EventsWait: { due: { [oldest]: '61+60x30' }, not: { [oldest]: '30+0x30' } },
  EventsFailed: { due: { [deadLetters]: '0+0x29 1' }, not: { [deadLetters]: '0+0x30' } },
  ManyRetries: {
    due: { [attempts('retry')]: '0+10x30', [attempts('processed')]: '0+100x30' },
    not: { [attempts('retry')]: '0+1x30', [attempts('processed')]: '0+100x30' },
  },
  WebhooksNotStored: {
    due: { [webhooks('outcome="overloaded",reason=""')]: '0+1x30' },
    not: { [webhooks('outcome="queued",reason=""')]: '0+600x30' },
  },
  WebhooksRefused: {
    due: { [webhooks('outcome="refused",reason="signature"')]: '0+6x30' },
    not: { [webhooks('outcome="refused",reason="signature"')]: '0+1x30' },
    labels: { reason: 'signature' },
  },
  SlowToProcess: {
    due: { [lag('10')]: '0+90x30', [lag('60')]: '0+100x30', [lag('+Inf')]: '0+100x30' },
    not: { [lag('10')]: '0+100x30', [lag('60')]: '0+100x30', [lag('+Inf')]: '0+100x30' },
  },
}

t.test('each alert of README.md is given on its occasion, and on no other', withPromtool, async (t) => {
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name)
  t.same(Object.keys(occasions), alerts)
  const tests = Object.entries(occasions).flatMap(([alertname, { due, not, labels = {} }]) =>
    [due, not].map((series) => ({
      interval: '1m',
      input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
      alert_rule_test: [
        { eval_time: '30m', alertname, exp_alerts: series === due ? [{ exp_labels: labels }] : [] },
      ],
    })),
  )
  const { status, output } = await runPromtool(t, 'test', { evaluation_interval: '1m', tests })
  t.equal(status, 0, output)
})

/** Checks the rules, or runs tests of them. JSON is YAML. */
async function runPromtool(t: Test, command: 'check' | 'test', tests: object) {
  const folder = await mkdtemp(join(tmpdir(), 'openphone-rules-'))
  t.teardown(() => rm(folder, { recursive: true }))
  await writeFile(join(folder, 'rules.yml'), rules)
  await writeFile(join(folder, 'tests.yml'), JSON.stringify({ rule_files: ['rules.yml'], ...tests }))
  const file = command === 'check' ? 'rules.yml' : 'tests.yml'
  const { status, stdout, stderr } = spawnSync('promtool', [command, 'rules', file], {
    cwd: folder,
    encoding: 'utf8',
  })
  return { status, output: `${stdout}${stderr}` }
}
