import { CommanderError } from 'commander'
import { StartupError } from '../errors.ts'
import { UsageError } from '../trigger/usage-error.ts'
import { createCommand } from './cli/command.ts'
import { exitCodes } from './cli/exit-codes.ts'

/** Carries the command out. Resolves with the exit code. */
async function ops(): Promise<number> {
  let exitCode: number = exitCodes.done
  await createCommand((code) => {
    exitCode = code
  }).parseAsync()
  return exitCode
}

/** The exit code of a command that could not be carried out, once the reason is printed. */
function exitCodeFor(error: unknown): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  if (error instanceof UsageError || error instanceof StartupError) {
    console.error(error.message)
    return error instanceof UsageError ? exitCodes.usage : exitCodes.nothing
  }
  console.error('The command failed:', error)
  return exitCodes.nothing
}

process.exitCode = await ops().catch(exitCodeFor)
