import { flushCompileCache } from 'node:module'
import type { App } from './app.ts'
import { type Config, loadConfig } from './config.ts'
import { readEnvironment } from './environment.ts'
import { errorText } from './error-text.ts'
import { StartupError } from './errors.ts'
import { createLog } from './log.ts'
import { safeError } from './safe-error.ts'
import { DATA_FOLDER, findSurroundings, type Surroundings } from './surroundings.ts'

/** Runs the role until it is told to stop. Resolves with the exit code. */
async function run(config: Config): Promise<number> {
  const { log, flush } = createLog(config.logLevel, config.role)
  let surroundings: Surroundings | undefined
  let app: App | undefined
  try {
    const stopped = stopSignal()
    // It is what a start spends most of its time with; meanwhile an embedded PostgreSQL starts.
    const loading = import('./app.ts')
    surroundings = await findSurroundings(config, log)
    const { startApp } = await loading
    const started = await startApp({ config, log, ...surroundings })
    app = started
    log.info({ event: 'started', url: started.url })
    flush()
    // What NODE_COMPILE_CACHE keeps, also for a start after one that is killed.
    flushCompileCache()
    if (surroundings.embedded) console.error(banner(config, started.url))
    const signal = await Promise.race([stopped, surroundings.lost])
    log.info({ event: 'stopping', signal })
    limitShutdown(config.shutdownGraceSeconds, flush)
    return 0
  } catch (error) {
    log.fatal({ event: 'fatal', error: safeError(error) })
    reportFailure(error)
    return 1
  } finally {
    await app?.close()
    await surroundings?.close()
    log.info({ event: 'stopped' })
    flush()
  }
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let told = false
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        if (told) process.exit(1)
        told = true
        resolve(signal)
      })
    }
  })
}

/** Ends the process when closing takes longer than it may; what was accepted is in the database. */
function limitShutdown(graceSeconds: number, flush: () => void): void {
  const timer = setTimeout(() => {
    console.error(`Not closed within SHUTDOWN_GRACE_SECONDS=${graceSeconds}: ending now.`)
    flush()
    process.exit(1)
  }, graceSeconds * 1000)
  timer.unref()
}

/** A StartupError is for the person at the terminal; anything else is a fault of ours or of the surroundings. */
function reportFailure(error: unknown): void {
  if (error instanceof StartupError) console.error(error.message)
  else console.error(`The process cannot go on: ${errorText(error)}`, safeError(error))
}

function banner(config: Config, url: string): string {
  const receives = config.role !== 'worker'
  const port = new URL(url).port
  const trigger = `${port === '3000' ? '' : `PORT=${port} `}npm run trigger -- message.received`
  return [
    '',
    `openphone-pipeline (${config.role}) is running on an embedded PostgreSQL. Ctrl-C stops both.`,
    '',
    ...(receives ? [`  webhooks   POST ${url}/api/v1/webhooks/openphone`, `  API docs   ${url}/docs`] : []),
    `  operators  ${url}/ops   (token: opsToken in ${DATA_FOLDER}/secrets.json)`,
    `  health     ${url}/readyz`,
    // Not the URL itself: it holds the password.
    `  database   psql "$(node -p 'require("./${DATA_FOLDER}/postgres.json").url')"`,
    ...(receives ? ['', 'Send a sample from another terminal:', '', `  ${trigger}`] : []),
    '',
  ].join('\n')
}

let exitCode = 1
try {
  exitCode = await run(loadConfig(readEnvironment()))
} catch (error) {
  reportFailure(error)
}
// Explicit: a timer or socket of a library must not keep a process alive that has closed.
process.exit(exitCode)
