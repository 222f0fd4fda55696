import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import tap from 'tap'
import { compileCache } from './compile-cache.ts'

export interface CommandCall {
  readonly args: readonly string[]
  /** All of its settings. */
  readonly env: Readonly<Record<string, string>>
}

/** How a command ended, and what it printed. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Starts a script of the project as a process, with no settings but those given. */
export function startProcess(
  script: string,
  { args, env }: CommandCall,
  cwd?: string,
): { child: ChildProcess; finished: Promise<Finished> } {
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...compileCache, ...env },
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const finished = once(child, 'close').then(([code]): Finished => ({ code, stdout, stderr }))
  return { child, finished }
}

/**
 * Runs a command of the project in a thread that has loaded its code: what a process starts in, twenty times over, is
 * most of the time of a test of many commands.
 * @param module where the function `name` is, which takes arguments and resolves with an exit code.
 */
export function inThread(module: string, name: string): (call: CommandCall) => Promise<Finished> {
  let thread: Worker | undefined
  let before: Promise<unknown> = Promise.resolve()
  const start = () => {
    const started = new Worker(new URL('./command-thread.ts', import.meta.url), {
      workerData: { module, name },
      env: {},
      execArgv: [],
    })
    tap.teardown(() => started.terminate())
    return started
  }
  const run = async (call: CommandCall): Promise<Finished> => {
    thread ??= start()
    thread.postMessage(call)
    const [finished] = await once(thread, 'message')
    return finished
  }
  return (call) => {
    const finished = before.then(() => run(call))
    before = finished.catch(() => undefined)
    return finished
  }
}
