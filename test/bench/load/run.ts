import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.ts'
import type { LoadPlan, LoadResult } from './plan.ts'
import type { SignedRequest } from './requests.ts'
import { Tally } from './tally.ts'

/**
 * Sends the requests as the plan says, and waits for every answer.
 * @param onMeasuring called when the warm-up is over.
 * @throws Error when an answer does not come.
 */
export async function runLoad(
  plan: LoadPlan,
  requests: readonly SignedRequest[],
  onMeasuring: () => void = () => {},
): Promise<LoadResult> {
  const url = new URL(plan.url)
  const connections = await Promise.all(Array.from({ length: plan.connections }, () => Connection.open(url)))
  const start = performance.now()
  const from = start + plan.warmupSeconds * 1000
  const until = from + plan.seconds * 1000
  const tally = new Tally({ from, until, answersMax: requests.length, onMeasuring })
  try {
    if (plan.perSecond === undefined) await sendEagerly(connections, requests, until, tally)
    else await sendSteadily(connections, requests, plan.perSecond, tally)
  } finally {
    for (const connection of connections) connection.close()
  }
  return tally.result()
}

async function sendEagerly(
  connections: readonly Connection[],
  requests: readonly SignedRequest[],
  until: number,
  tally: Tally,
): Promise<void> {
  // All connections take from the one line.
  const line = requests.values()
  const sendOn = async (connection: Connection) => {
    for (const request of line) {
      const since = performance.now()
      if (since >= until) return
      tally.answered(await connection.send(request), since)
    }
    tally.end()
  }
  await Promise.all(connections.map(sendOn))
}

async function sendSteadily(
  connections: readonly Connection[],
  requests: readonly SignedRequest[],
  perSecond: number,
  tally: Tally,
): Promise<void> {
  const start = performance.now()
  // All connections take from the one line, in turn: the server ends one that says nothing for ten seconds.
  const line = requests.entries()
  const sendOn = async (connection: Connection) => {
    for (const [index, request] of line) {
      // The time is taken from when it is due: a server that is late must not be excused by what was sent later.
      const due = start + (index / perSecond) * 1000
      for (let now = performance.now(); now < due; now = performance.now()) await sleep(due - now)
      tally.answered(await connection.send(request), due)
    }
  }
  await Promise.all(connections.map(sendOn))
}
