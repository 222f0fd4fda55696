import { on } from 'node:events'
import { readFile } from 'node:fs/promises'
import { WEBHOOK_PATH } from '../../../src/http/webhook-route.ts'
import { signingSecret } from '../application.ts'
import type { Bench } from '../bench.ts'
import type { FromLoad, LoadPlan, LoadResult } from './plan.ts'

const script = new URL('main.ts', import.meta.url)

export interface LoadOptions {
  /** Awaited when all requests are signed. */
  readonly beforeGo?: () => Promise<void>
  /** Called when the warm-up is over, and awaited before the result is given. */
  readonly whenMeasuring?: () => Promise<void>
}

/**
 * Puts a load on a server from a process of its own.
 * @param url `http://host:port`
 */
export async function load(
  bench: Bench,
  url: string,
  plan: Omit<LoadPlan, 'url' | 'secret'>,
  { beforeGo, whenMeasuring }: LoadOptions = {},
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
  // What it sends is typed in plan.ts.
  const messages = on(child, 'message') as NodeJS.AsyncIterator<[FromLoad]>
  const answer = async (): Promise<FromLoad> => {
    const { value, done } = await Promise.race([messages.next(), failed])
    if (done) throw new Error('The load process said nothing more')
    return value[0]
  }
  child.send({ plan: { ...plan, url: url + WEBHOOK_PATH, secret: signingSecret } })
  await answer()
  await beforeGo?.()
  child.send({ go: true })
  let measuring: Promise<void> | undefined
  for (;;) {
    const message = await answer()
    if ('measuring' in message) {
      measuring = whenMeasuring?.()
      // Awaited below.
      measuring?.catch(() => {})
    } else if ('result' in message) {
      await measuring
      child.disconnect()
      await ended
      return message.result
    }
  }
}
