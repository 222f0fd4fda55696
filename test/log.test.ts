import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { compileCache } from './helper/compile-cache.ts'
import t from './helper/tap.ts'

const moduleUrl = new URL('../src/log.ts', import.meta.url).href

/** Runs a program that has `log` and `flush`. */
function run(program: string) {
  const script = `import { createLog } from '${moduleUrl}'
    const { log, flush } = createLog('info', 'worker')
    ${program}`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...compileCache },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

async function numbersOf(program: string): Promise<number[]> {
  const written = await text(run(program).stdout)
  return written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).number)
}

t.test('what was flushed before the end is written, all of it and in its order', async (t) => {
  const count = 2_000
  const numbers = await numbersOf(`
    for (let number = 0; number < ${count}; number += 1) log.info({ number })
    flush()
    process.exit()`)
  t.same(numbers, [...Array(count).keys()])
})

t.test('what was logged before an error that nobody catches is written', async (t) => {
  t.same(await numbersOf(`log.info({ number: 1 }); throw new Error('not caught')`), [1])
})

t.test('a line does not wait for others', async (t) => {
  const child = run('log.info({ number: 1 }); setInterval(() => {}, 60_000)')
  t.teardown(() => child.kill())
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  t.match(JSON.parse(line), { level: 30, role: 'worker', pid: child.pid, number: 1 })
})
