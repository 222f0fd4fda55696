import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface ProcessOptions {
  /** An executable, or a script of ours for this Node. */
  readonly command: string | URL
  /** For Node, before the script. */
  readonly nodeOptions?: readonly string[]
  readonly args?: readonly string[]
  /** Where it runs; by default where the benchmark does. */
  readonly folder?: string
  /** All there is besides PATH: a setting of whoever runs the benchmark must not change what is measured. */
  readonly env?: Readonly<Record<string, string>>
  /** Where its standard output and error go. */
  readonly output: { readonly file: string } | 'pipe'
  readonly withMessages?: boolean
}

export interface Process {
  readonly child: ChildProcess
  /** Fulfilled with the code, or the signal, when it has ended. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** The processes that the benchmark started and that have not ended. */
export class Processes {
  readonly #running = new Set<ChildProcess>()

  start({
    command,
    nodeOptions = [],
    args = [],
    folder,
    env = {},
    output,
    withMessages = false,
  }: ProcessOptions): Process {
    const isScript = command instanceof URL
    const out = output === 'pipe' ? 'pipe' : openSync(output.file, 'a', 0o600)
    const child = spawn(
      isScript ? process.execPath : command,
      isScript ? [...nodeOptions, fileURLToPath(command), ...args] : [...args],
      {
        env: { PATH: process.env.PATH, ...env },
        cwd: folder,
        stdio: ['ignore', out, out, ...(withMessages ? (['ipc'] as const) : [])],
        // Ctrl-C in the terminal is for us; we end what we started.
        detached: true,
      },
    )
    if (typeof out === 'number') closeSync(out)
    this.#running.add(child)
    const ended = once(child, 'exit').then(
      ([code, signal]: (number | NodeJS.Signals | null)[]) => code ?? signal ?? 1,
    )
    const forget = () => void this.#running.delete(child)
    ended.then(forget, forget)
    return { child, ended }
  }

  /** Ends what still runs, without asking: all it worked on is thrown away. */
  async killAll(): Promise<void> {
    const ends = [...this.#running].map((child) => {
      child.kill('SIGKILL')
      return child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    })
    await Promise.allSettled(ends)
  }
}
