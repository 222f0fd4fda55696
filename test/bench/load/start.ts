import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { WEBHOOK_PATH } from '../../../src/http/webhook-route.ts'
import { signingSecret } from '../application.ts'
import type { Bench } from '../bench.ts'
import type { FromLoad, LoadPlan, LoadResult } from './plan.ts'

const script = new URL('main.ts', import.meta.url)

/**
 * Puts a load on a server from a process of its own.
 * @param url `http://host:port`
 * @param beforeGo awaited when all requests are signed.
 */
export async function load(
  bench: Bench,
  url: string,
  plan: Omit<LoadPlan, 'url' | 'secret'>,
  beforeGo: () => Promise<void> = async () => {},
): Promise<LoadResult> {
  const logFile = `${bench.folder}/load.log`
  const { child, ended } = bench.processes.start({
    command: script,
    output: { file: logFile },
    withMessages: true,
  })
  const failed = ended.then(async (code): Promise<never> => {
    throw new Error(
      `The load process ended (${code}) before it was done:\n${await readFile(logFile, 'utf8')}`,
    )
  })
  failed.catch(() => {})
  const answer = async (): Promise<FromLoad> => {
    // What it sends is typed in plan.ts.
    const [message] = await Promise.race([once(child, 'message'), failed])
    return message as FromLoad
  }
  child.send({ plan: { ...plan, url: url + WEBHOOK_PATH, secret: signingSecret } })
  await answer()
  await beforeGo()
  child.send({ go: true })
  const message = await answer()
  child.disconnect()
  await ended
  if ('ready' in message) throw new Error('The load process said twice that it was ready')
  return message.result
}
