import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Finished, inThread, startProcess } from '../helper/command.ts'

const folder = join(import.meta.dirname, '../../src/ops')
const runInThread = inThread(pathToFileURL(join(folder, 'run-ops.ts')).href, 'runOps')

/** Runs the command with no settings but those given. */
export function runOps(args: readonly string[], env: Record<string, string>): Promise<Finished> {
  return runInThread({ args, env })
}

/** As `runOps`, as a process of its own. */
export function spawnOps(
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<Finished> {
  return startProcess(join(folder, 'main.ts'), { args, env }, cwd).finished
}

/** Runs a command with --json on a database. @returns its exit code and what it printed. */
export async function runJson(databaseUrl: string, args: readonly string[]) {
  const { code, stdout, stderr } = await runOps([...args, '--json'], { DATABASE_URL: databaseUrl })
  return { code, json: stdout === '' ? undefined : JSON.parse(stdout), stderr }
}
