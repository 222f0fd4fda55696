import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'

const SAMPLE_MS = 500

/** How many cores were busy over half a second: with other programs, when the benchmark does nothing meanwhile. */
export async function busyCores(): Promise<number> {
  const before = busyAndAllMs()
  await sleep(SAMPLE_MS)
  const after = busyAndAllMs()
  const all = after.all - before.all
  return all === 0 ? 0 : (cpus().length * (after.busy - before.busy)) / all
}

function busyAndAllMs(): { busy: number; all: number } {
  let busy = 0
  let idle = 0
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq
    idle += times.idle
  }
  return { busy, all: busy + idle }
}
