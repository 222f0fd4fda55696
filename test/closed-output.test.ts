import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import t from './helper/tap.ts'

for (const command of ['ops', 'trigger']) {
  t.test(`${command} does not mind a reader that has seen enough`, async (t) => {
    const script = fileURLToPath(new URL(`../src/${command}/main.ts`, import.meta.url))
    const child = spawn(process.execPath, [script, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stdout.destroy()
    const [complaint, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    t.equal(complaint, '')
    t.equal(code, 0)
  })
}
