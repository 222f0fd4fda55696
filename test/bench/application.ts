import { randomBytes } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEnvironment, startOptions } from '../helper/start-options.ts'
import type { Bench } from './bench.ts'

/** Seconds within which a process must say that it has started. */
const START_LIMIT_SECONDS = 30

/** The one secret of this run. */
export const signingSecret = `whsec_${randomBytes(24).toString('base64')}`

/** The application itself. */
export const application = new URL('../../src/main.ts', import.meta.url)

export interface Application {
  /** `http://host:port`; empty for a process that does not listen. */
  readonly url: string
  readonly pid: number
  /** Asks it to end, and waits until it has. @throws Error when it fails at that. */
  stop(): Promise<void>
}

export interface ApplicationOptions {
  readonly databaseUrl?: string
  readonly role: 'all' | 'ingest' | 'worker'
  /** Without it the operators' API is not there. */
  readonly opsToken?: string
}

/**
 * Starts the application, or a contender in its place, on a database: with default settings, and with its log
 * going to a file at level info, as in production.
 */
export async function startApplication(
  bench: Pick<Bench, 'folder' | 'processes' | 'signal'>,
  script: URL,
  { databaseUrl = '', role, opsToken }: ApplicationOptions,
): Promise<Application> {
  const logFile = `${bench.folder}/${role}-${randomBytes(4).toString('hex')}.log`
  const { child, ended } = bench.processes.start({
    command: script,
    nodeOptions: startOptions,
    env: {
      ...startEnvironment,
      ...(databaseUrl && { DATABASE_URL: databaseUrl }),
      OPENPHONE_SIGNING_SECRETS: signingSecret,
      PORT: '0',
      ROLE: role,
      LOG_LEVEL: 'info',
      ...(opsToken && { OPS_TOKEN: opsToken }),
    },
    output: { file: logFile },
  })
  let hasEnded = false
  const markEnded = () => {
    hasEnded = true
  }
  ended.then(markEnded, markEnded)
  const fail = async (what: string) => {
    const lines = (await readFile(logFile, 'utf8')).trim().split('\n')
    return new Error(`${script.pathname} ${what}. Its log ends with:\n${lines.slice(-10).join('\n')}`)
  }

  const deadline = performance.now() + START_LIMIT_SECONDS * 1000
  for (;;) {
    const started = /"event":"started","url":"([^"]*)"/.exec(await readFile(logFile, 'utf8'))
    if (started?.[1] !== undefined) {
      return {
        url: started[1],
        // It has started, so it has one.
        pid: child.pid as number,
        stop: async () => {
          child.kill('SIGTERM')
          const code = await ended
          if (code !== 0 && !bench.signal.aborted) throw await fail(`ended with ${code}`)
          await rm(logFile)
        },
      }
    }
    if (hasEnded) throw await fail(`ended (${await ended}) before it had started`)
    if (performance.now() > deadline) throw await fail(`did not start within ${START_LIMIT_SECONDS} s`)
    await sleep(20, undefined, { signal: bench.signal })
  }
}
