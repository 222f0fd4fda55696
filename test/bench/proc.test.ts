import { execFileSync } from 'node:child_process'
import t from '../helper/tap.ts'
import { cpuSeconds, cpuSecondsWithChildren, parentOf, residentBytes } from './proc.ts'

const elsewhere = process.platform !== 'linux' && 'there is no /proc'

t.test(
  'CPU time of a process is what it says itself, and that of ended children is not lost',
  {
    skip: elsewhere,
  },
  async (t) => {
    const own = process.cpuUsage()
    t.ok(Math.abs(cpuSeconds(process.pid) - (own.user + own.system) / 1e6) < 0.1)
    const before = cpuSecondsWithChildren(process.pid) - cpuSeconds(process.pid)
    execFileSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 300_000);'])
    const after = cpuSecondsWithChildren(process.pid) - cpuSeconds(process.pid)
    t.ok(after - before >= 0.28, `${after - before} s of a child that took 0.3`)
  },
)

t.test('a process has a parent and memory', { skip: elsewhere }, async (t) => {
  t.equal(parentOf(process.pid), process.ppid)
  const { now, most } = residentBytes(process.pid)
  t.ok(Math.abs(now - process.memoryUsage.rss()) < 50e6)
  t.ok(most >= now)
})

t.test('of a process that is not there nothing is known', async (t) => {
  t.ok(Number.isNaN(cpuSeconds(0)))
  t.equal(parentOf(0), undefined)
})
