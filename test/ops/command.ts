import { spawn } from 'node:child_process'
import { join } from 'node:path'

const main = join(import.meta.dirname, '../../src/ops/main.ts')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the command as a process of its own, with no settings but those given. */
export function runOps(
  args: readonly string[],
  env: Record<string, string>,
  cwd?: string,
): Promise<Finished> {
  const child = spawn(process.execPath, [main, ...args], { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, stdout, stderr }))
  })
}

/** Runs a command with --json on a database. @returns its exit code and what it printed. */
export async function runJson(databaseUrl: string, args: readonly string[]) {
  const { code, stdout, stderr } = await runOps([...args, '--json'], { DATABASE_URL: databaseUrl })
  return { code, json: stdout === '' ? undefined : JSON.parse(stdout), stderr }
}
