import { CommanderError } from 'commander'
import { errorText } from '../error-text.ts'
import { StartupError } from '../errors.ts'
import { safeError } from '../safe-error.ts'
import { UsageError } from '../trigger/usage-error.ts'
import { createCommand } from './cli/command.ts'
import { exitCodes } from './cli/exit-codes.ts'

/**
 * Carries the command out that the arguments say, and prints what became of it.
 * @returns the exit code.
 */
export async function runOps(args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.done
  try {
    await createCommand((code) => {
      exitCode = code
    }).parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    return exitCodeFor(error)
  }
}

/** The exit code of a command that could not be carried out, once the reason is printed. */
function exitCodeFor(error: unknown): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  if (error instanceof UsageError || error instanceof StartupError) {
    console.error(error.message)
    return error instanceof UsageError ? exitCodes.usage : exitCodes.nothing
  }
  console.error(`The command failed: ${errorText(error)}`, safeError(error))
  return exitCodes.nothing
}
