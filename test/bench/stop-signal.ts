import { exitCodes } from './exit-codes.ts'

/** Aborted at the first SIGINT or SIGTERM; a second one ends the process at once. */
export function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodes.interrupted)
      console.error('Stopping: tidying up.')
      controller.abort()
    })
  }
  return controller.signal
}
