import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'

const hasSetpriv = spawnSync('setpriv', ['--version'], { stdio: 'ignore' }).status === 0

/**
 * Starts a program that gets a signal when this process ends, even by `kill -9` or a test's time being over.
 * Linux does that through `setpriv`; elsewhere it is signalled on an ordinary exit.
 */
export function spawnBound(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  signal: 'SIGQUIT' | 'SIGKILL',
): ChildProcess {
  if (hasSetpriv) {
    return spawn('setpriv', ['--pdeathsig', signal.replace('SIG', ''), '--', command, ...args], options)
  }
  const child = spawn(command, args, options)
  const signalOnExit = () => child.kill(signal)
  process.once('exit', signalOnExit)
  child.once('exit', () => process.off('exit', signalOnExit))
  return child
}
