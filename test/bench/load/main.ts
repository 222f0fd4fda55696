import type { FromLoad, LoadPlan, ToLoad } from './plan.ts'
import { signRequests } from './requests.ts'
import { runLoad } from './run.ts'

// The load process: told a plan, it signs the requests and says so; told to go, it sends them and tells the result.
// An answer that does not come ends it with an error, and the benchmark with it.

process.on('message', (message: ToLoad) => {
  if ('plan' in message) void carryOut(message.plan)
})
// Whoever started it is gone.
process.on('disconnect', () => process.exit())

async function carryOut(plan: LoadPlan): Promise<void> {
  const requests = signRequests(plan)
  const go = new Promise<void>((resolve) => {
    process.on('message', (message: ToLoad) => {
      if ('go' in message) resolve()
    })
  })
  tell({ ready: true })
  await go
  tell({ result: await runLoad(plan, requests, () => tell({ measuring: true })) })
}

function tell(message: FromLoad): void {
  process.send?.(message)
}
