import { parentPort, workerData } from 'node:worker_threads'
import type { CommandCall, Finished } from './command.ts'

// A thread in which test/helper/command.ts runs a command of the project, one call after the other. The environment
// and the streams that the command sees are this thread's own.

const run: (args: readonly string[]) => Promise<number> = (await import(workerData.module))[workerData.name]

let stdout = ''
let stderr = ''
process.stdout.write = (text: string | Uint8Array) => {
  stdout += text
  return true
}
process.stderr.write = (text: string | Uint8Array) => {
  stderr += text
  return true
}

parentPort?.on('message', async ({ args, env }: CommandCall) => {
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  stdout = ''
  stderr = ''
  const code = await run(args)
  parentPort?.postMessage({ code, stdout, stderr } satisfies Finished)
})
