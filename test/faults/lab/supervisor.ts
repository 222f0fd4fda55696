import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Test } from 'tap'
import { secrets } from '../../helper/secrets.ts'
import { startEnvironment, startOptions } from '../../helper/start-options.ts'
import { spawnBound } from './bound.ts'
import { freePort } from './server.ts'

const mainScript = fileURLToPath(new URL('../../../src/main.ts', import.meta.url))

/** On a machine that does other things as well; otherwise it takes two. */
const START_LIMIT_MS = 60_000
/** As a supervisor of services waits before it starts one again. */
const RESTART_PAUSE_MS = 100
const LINES_KEPT = 300

/** How a process ended that nobody had killed. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

type Role = 'ingest' | 'worker' | 'all'

/** `node src/main.ts` in one role, started again whenever it ends, always on the same port. */
export class Service {
  /** Of the process that is started next. */
  role: Role
  readonly port: number
  /** The latest log lines, of whichever process, as written. */
  readonly lines: string[] = []
  /** The longest that a webhook was on its way inside, by the logs, in milliseconds. May be set. */
  slowestMs = 0
  /** Processes that ended without `kill`. */
  readonly endings: Ending[] = []
  starts = 0
  kills = 0
  readonly #env: NodeJS.ProcessEnv
  readonly #script: string
  #child: ChildProcess | undefined
  #isOver = false
  #loop: Promise<void> | undefined
  #killed = new WeakSet<ChildProcess>()
  #errors = ''

  constructor(role: Role, port: number, env: NodeJS.ProcessEnv, script = mainScript) {
    this.role = role
    this.port = port
    this.#env = env
    this.#script = script
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** What it wrote for people, on standard error. */
  get errors(): string {
    return this.#errors
  }

  start(): void {
    this.#loop = this.#run()
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      this.starts += 1
      const options: SpawnOptions = {
        env: { ...this.#env, ROLE: this.role },
        stdio: ['ignore', 'pipe', 'pipe'],
      }
      const child = spawnBound(process.execPath, [...startOptions, this.#script], options, 'SIGKILL')
      const { stdout, stderr } = child
      if (stdout === null || stderr === null) throw new Error('no pipes')
      this.#child = child
      createInterface({ input: stdout }).on('line', (line) => {
        this.lines.push(line)
        if (this.lines.length > LINES_KEPT) this.lines.shift()
        // Not parsed: under load that would take more of the machine than the application does.
        const ms = /"event":"webhook".*?"ms":([\d.]+)/.exec(line)?.[1]
        if (ms !== undefined) this.slowestMs = Math.max(this.slowestMs, Number(ms))
      })
      stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#errors = (this.#errors + text).slice(-10_000)
      })
      const [code, signal] = await once(child, 'close')
      if (!this.#killed.has(child)) this.endings.push({ code, signal })
      if (!this.#isOver) await sleep(RESTART_PAUSE_MS)
    }
  }

  /** `kill -9`. */
  kill(): void {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    this.#killed.add(child)
    this.kills += 1
    child.kill('SIGKILL')
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Resident memory in MiB. */
  residentMiB(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024
  }

  /** The status of `/readyz`; 0 when there is no answer. */
  async readiness(): Promise<{ status: number; text: string; ms: number }> {
    const startedAt = performance.now()
    try {
      const answer = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) })
      return { status: answer.status, text: await answer.text(), ms: performance.now() - startedAt }
    } catch (error) {
      return { status: 0, text: String(error), ms: performance.now() - startedAt }
    }
  }

  /** Waits until `/readyz` gives the status. @returns milliseconds it took. */
  async untilReadyzIs(wanted: number, limitMs: number): Promise<number> {
    const startedAt = performance.now()
    for (;;) {
      const { status, text } = await this.readiness()
      const ms = performance.now() - startedAt
      if (status === wanted) return ms
      if (ms > limitMs) {
        throw new Error(
          `${this.role}: /readyz is ${status} ${text}, not ${wanted}, after ${Math.round(ms)} ms\n${this.#errors}`,
        )
      }
      await sleep(25)
    }
  }

  /** Waits for the so-many-th ending without `kill`. */
  async untilEnded(count: number, limitMs: number): Promise<Ending | undefined> {
    for (const deadline = performance.now() + limitMs; this.endings.length < count; await sleep(10)) {
      if (performance.now() > deadline) throw new Error(`${this.role} did not end within ${limitMs} ms`)
    }
    return this.endings[count - 1]
  }

  /** Ends it for good. @returns how the process ended. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ending | undefined> {
    this.#isOver = true
    this.#child?.kill(signal)
    await this.#loop
    return this.endings.at(-1)
  }
}

/**
 * Starts a role of the application and waits until it is ready; it goes with the test.
 * @param env settings over those of a test.
 * @param script that of another copy of the application.
 */
export async function startService(
  t: Test,
  role: Role,
  env: Record<string, string>,
  script?: string,
): Promise<Service> {
  const port = await freePort()
  const settings = {
    PATH: process.env.PATH,
    ...startEnvironment,
    PORT: String(port),
    OPENPHONE_SIGNING_SECRETS: Object.values(secrets).join(','),
    RETRY_DELAY_SECONDS: '1',
    RETRY_DELAY_MAX_SECONDS: '1',
    ...env,
  }
  const service = new Service(role, port, settings, script)
  service.start()
  t.teardown(() => service.end('SIGKILL'))
  await service.untilReadyzIs(200, START_LIMIT_MS)
  return service
}
