import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

// Loaded into a process before its own code: at SIGUSR2 it lets go of all the memory that nothing holds. Left to
// itself, V8 does so when it sees fit, and what it has not yet let go looks like a leak.

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

process.on('SIGUSR2', () => {
  if (typeof collect === 'function') collect()
})
