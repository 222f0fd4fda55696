import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { compileCache } from './compile-cache.ts'
import { secrets } from './secrets.ts'

const mainScript = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

export interface LogLine {
  readonly event?: string
  readonly url?: string
  readonly [field: string]: unknown
}

/** How a process ended: by itself with a code, or by a signal. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** `node src/main.ts` as a process of its own. */
export interface AppProcess {
  readonly child: ChildProcess
  readonly lines: readonly LogLine[]
  /** What it wrote for people, on standard error. */
  readonly errors: () => string
  /** Waits for a log line, which may have come already. @throws Error when there is none within twenty seconds. */
  logged(event: string): Promise<LogLine>
  /** Waits for the end of the process and of what it writes. */
  readonly ended: Promise<Ending>
}

/**
 * Runs the application as a process; killed with the test if it still runs.
 * @param env its whole environment, but for PATH. Any free port is taken unless PORT is given.
 */
export function spawnApp(t: Test, env: Record<string, string>): AppProcess {
  const child = spawn(process.execPath, [mainScript], {
    env: { PATH: process.env.PATH, PORT: '0', ...compileCache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: LogLine[] = []
  const watchers = new Set<() => void>()
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line))
    for (const watch of watchers) watch()
  })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })
  const ended = once(child, 'close').then(([code, signal]): Ending => ({ code, signal }))
  t.teardown(async () => {
    child.kill('SIGKILL')
    await ended
  })

  const logged = (event: string) =>
    new Promise<LogLine>((resolve, reject) => {
      const settle = (give: () => void) => {
        watchers.delete(watch)
        clearTimeout(timer)
        give()
      }
      const watch = () => {
        const line = lines.find((candidate) => candidate.event === event)
        if (line !== undefined) settle(() => resolve(line))
      }
      const fail = (why: string) => () =>
        settle(() => reject(new Error(`${why} without logging ${event}: ${JSON.stringify(lines)} ${errors}`)))
      const timer = setTimeout(fail('went on for twenty seconds'), 20_000)
      watchers.add(watch)
      watch()
      void ended.then(fail('ended'))
    })
  return { child, lines, errors: () => errors, logged, ended }
}

/** An application of one role on a database, once it runs; with the test's own secrets. */
export async function startRole(
  t: Test,
  databaseUrl: string,
  role: string,
  env: Record<string, string> = {},
): Promise<AppProcess & { readonly url: string }> {
  const app = spawnApp(t, {
    DATABASE_URL: databaseUrl,
    ROLE: role,
    OPENPHONE_SIGNING_SECRETS: Object.values(secrets).join(','),
    ...env,
  })
  const { url = '' } = await app.logged('started')
  return { ...app, url }
}
