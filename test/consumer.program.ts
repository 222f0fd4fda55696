import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import t from 'tap'
import { createContext, findSample } from '../src/samples/index.ts'
import { startPipeline } from './helper/pipeline.ts'

/** The example in README's section on other services, as it stands there. */
async function exampleInReadme(): Promise<string> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const example = readme.match(/<!-- consumer -->\n```ts\n(.*?)```/s)?.[1]
  if (example === undefined) throw new Error('README.md has no example between its consumer markers')
  return example
}

t.test("README's example of a subscribing service gets a job for a message that was stored", async (t) => {
  const pipeline = await startPipeline(t)
  const service = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--eval', await exampleInReadme()],
    {
      env: { ...process.env, DATABASE_URL: pipeline.databaseUrl },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  t.teardown(async () => {
    service.kill()
    await once(service, 'exit')
  })
  await pipeline.rowOf("select from pgboss.subscription where event = 'openphone.message.received'")

  const sample = findSample('message.received', 'current')
  if (sample === undefined) throw new Error('there is no sample of message.received')
  const envelope = sample.build(createContext())
  const { eventId } = await pipeline.send(envelope)
  const [line] = await once(service.stdout, 'data')

  const { id } = await pipeline.rowOf<{ id: string }>('select id from openphone.message')
  t.equal(String(line), `event ${eventId} wrote message ${id}\n`)
})
