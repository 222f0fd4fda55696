import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { retryAtOnce } from '../helper/attempts.ts'
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
  await retryAtOnce(ops, eventId)
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

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

t.test(
  'Prometheus understands the alert rules of README.md',
  { skip: !hasPromtool && 'no promtool on the PATH: apt-get install prometheus' },
  async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'openphone-rules-'))
    t.teardown(() => rm(folder, { recursive: true }))
    const file = join(folder, 'rules.yml')
    writeFileSync(file, rules)
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' })
    t.equal(status, 0, `${stdout}${stderr}`)
  },
)
