import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Finished, inThread, startProcess } from '../helper/command.ts'

const folder = join(import.meta.dirname, '../../src/trigger')
const runInThread = inThread(pathToFileURL(join(folder, 'run-trigger.ts')).href, 'runTrigger')

export interface Surroundings {
  readonly env?: Record<string, string>
  readonly cwd?: string
}

/** Runs the command with no settings but those given; as a process of its own where it is given a folder. */
export function runTrigger(args: string[], { env = {}, cwd }: Surroundings = {}): Promise<Finished> {
  return cwd === undefined ? runInThread({ args, env }) : startTrigger(args, { env, cwd }).finished
}

/** Starts the command as a process of its own. */
export function startTrigger(args: string[], { env = {}, cwd }: Surroundings = {}) {
  return startProcess(join(folder, 'main.ts'), { args, env }, cwd)
}

/** The objects printed one a line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
