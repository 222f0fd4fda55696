import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, readFileSync, statfsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { constants, freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { pino } from 'pino'
import { startEmbeddedPostgres } from '../src/db/embedded.ts'
import { StartupError } from '../src/errors.ts'
import { runOn } from './helper/postgres.ts'
import { createTemplateDatabase } from './helper/template.ts'

// Runs the tests: node test/run.ts [arguments of tap run, such as file names]
// On the server of TEST_DATABASE_URL or DATABASE_URL; without either, on one of its own that it removes afterwards.

const project = fileURLToPath(new URL('..', import.meta.url))

/** How long tap and the tests may take to end after a signal. */
const SIGNAL_GRACE_SECONDS = 5

/** What Linux keeps in memory only. */
const MEMORY = '/dev/shm'
const MEMORY_LEAST_BYTES = 4 * 2 ** 30

/**
 * tap reads each file that a process of a test loads once more, to know for reports of coverage what was loaded. We
 * have none, and without it a process is ready in two thirds of the time.
 */
const LOADED_FILES_UNRECORDED = '--test-env=_TAPJS_PROCESSINFO_EXCLUDE_=/./'

let tap: ChildProcess | undefined
let interruptedBy: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interruptedBy ??= signal
    signalTap(signal)
    setTimeout(signalTap, SIGNAL_GRACE_SECONDS * 1000, 'SIGKILL').unref()
  })
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof StartupError ? error.message : error)
  return 1
})

async function main(): Promise<number> {
  const folder = await mkdtemp(join(placeForData(), 'openphone-test-'))
  try {
    const given = process.env.TEST_DATABASE_URL || process.env.DATABASE_URL
    if (given) return await runOnServer(given, folder)
    const log = pino({ level: 'silent' })
    const postgres = await startEmbeddedPostgres({ dataFolder: folder, log, isDisposable: true })
    try {
      await signInFast(postgres.url)
      return await runOnServer(postgres.url, folder)
    } finally {
      await postgres.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Has the password hashed once where 4,096 times are the default. Either side does so for each connection, and the
 * tests make thousands of them.
 */
async function signInFast(url: string): Promise<void> {
  const { username, password } = new URL(url)
  await runOn(
    url,
    `set scram_iterations = 1; alter role ${pg.escapeIdentifier(username)} password ${pg.escapeLiteral(password)}`,
  )
}

/** In memory, where there is plenty: making and dropping their databases on a disk is a tenth of the tests' time. */
function placeForData(): string {
  if (freemem() < MEMORY_LEAST_BYTES || !existsSync(MEMORY)) return tmpdir()
  const { bavail, bsize } = statfsSync(MEMORY)
  return bavail * bsize < MEMORY_LEAST_BYTES ? tmpdir() : MEMORY
}

async function runOnServer(url: string, folder: string): Promise<number> {
  const template = await createTemplateDatabase(url)
  try {
    return await runTests({ TEST_DATABASE_URL: url, TEST_DATABASE_TEMPLATE: template.name }, folder)
  } finally {
    await template.drop()
  }
}

/** @returns the exit code, after the totals as the last line. */
async function runTests(settings: Record<string, string>, folder: string): Promise<number> {
  const { DATABASE_URL: _, ...env } = process.env
  if (!tapIsBuilt()) {
    const code = await runTap(['build'], env)
    if (code !== 0) return code
  }
  const chosen = process.argv.slice(2)
  const output = join(folder, 'all.tap')
  // In a log the plain text is best. Asked to write it to a file as well, tap would print it twice.
  const isPlain = !process.stdout.isTTY && !chosen.some((argument) => /^(-R|--reporter)/.test(argument))
  const reporter = isPlain ? ['--reporter=tap'] : ['--reporter=base', `--output-file=${output}`]
  // Most of a small test's time goes into loading modules, compiled here once for all processes.
  const testEnv = { ...env, ...settings, NODE_COMPILE_CACHE: join(folder, 'compiled') }
  const code = await runTap(
    ['run', ...reporter, LOADED_FILES_UNRECORDED, ...chosen],
    testEnv,
    isPlain ? output : undefined,
  )
  console.log(totals(output) ?? `tap ended without totals (exit code ${code})`)
  return code
}

/** The class that test files load is generated for a set of plugins, and comes generated for another set than ours. */
function tapIsBuilt(): boolean {
  const built = readFileSync(join(project, 'node_modules/@tapjs/test/test-built/dist/esm/index.js'), 'utf8')
  const signature = /export const signature = `([^`]*)`/.exec(built)?.[1]?.split('\n') ?? []
  return !signature.includes('@tapjs/typescript') && existsSync(join(project, '.tap/plugins/node_modules'))
}

/** @returns the exit code, as a shell gives it. What tap prints is written to `copy` too. */
async function runTap(args: string[], env: NodeJS.ProcessEnv, copy?: string): Promise<number> {
  if (!interruptedBy) {
    const bin = join(project, 'node_modules/.bin/tap')
    const stdout = copy === undefined ? 'inherit' : 'pipe'
    tap = spawn(process.execPath, [bin, ...args], {
      cwd: project,
      env,
      stdio: ['inherit', stdout, 'inherit'],
      // A group of its own, so that a signal can be sent to the tests too: tap waits for them to end by themselves.
      detached: true,
    })
    tap.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk)
      if (copy !== undefined) appendFileSync(copy, chunk)
    })
    const [code, signal] = await once(tap, 'close')
    tap = undefined
    if (!interruptedBy && signal === null) return code
    interruptedBy ??= signal
  }
  return 128 + constants.signals[interruptedBy ?? 'SIGTERM']
}

function signalTap(signal: NodeJS.Signals): void {
  try {
    if (tap?.pid !== undefined) process.kill(-tap.pid, signal)
  } catch {
    // It has just ended.
  }
}

/** From the line that tap ends its output with: `# { total: 7, pass: 4, fail: 1, skip: 2 }`. */
function totals(output: string): string | undefined {
  const text = existsSync(output) ? readFileSync(output, 'utf8') : ''
  const line = [...text.matchAll(/^# \{ (total: \d.*) \}$/gm)].at(-1)?.[1]
  if (line === undefined) return undefined
  const count = (name: string) => Number(new RegExp(`${name}: (\\d+)`).exec(line)?.[1] ?? 0)
  return `${count('pass')} passed, ${count('fail')} failed, ${count('skip') + count('todo')} skipped`
}
