import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { hostileGarbage } from './garbage.ts'
import { PipelinedConnection, sendAlone } from './pipeline.ts'
import { type HostileRequest, hostileRequest } from './requests.ts'

const LANES = 32
/** Requests a lane sends at a time without waiting. */
const PIPELINED = 8
/** Every so-many-th turn of a lane is bytes on a connection of their own. */
const GARBAGE_EVERY = 2
const SAMPLED_AT_ONCE = 100
const WRONG_KEPT = 20

export interface Barrage {
  /** Requests that had a whole answer, and connections of garbage that were closed. */
  readonly answered: number
  readonly garbage: number
  readonly answers: ReadonlyMap<number, number>
  /** What should not be, each with the request; the first few. */
  readonly wrong: readonly string[]
}

/** Sends so many hostile requests over many connections, many on each, and waits for all answers. */
export async function barrage(port: number, requests: number, seed: number): Promise<Barrage> {
  const line = sampled(hostileRequest, seed)
  const garbageLine = sampled(hostileGarbage, seed + 1)
  const answers = new Map<number, number>()
  const wrong: string[] = []
  let [begun, answered, garbage] = [0, 0, 0]

  const count = (status: number) => answers.set(status, (answers.get(status) ?? 0) + 1)
  const blame = (what: string, bytes: Buffer) => {
    if (wrong.length < WRONG_KEPT)
      wrong.push(`${what}: ${JSON.stringify(bytes.toString('latin1').slice(0, 2_000))}`)
  }

  const exchange = async (connection: PipelinedConnection, { what, bytes, right }: HostileRequest) => {
    try {
      const status = await connection.send(bytes)
      answered += 1
      count(status)
      if (!right.includes(status)) blame(`${what} was answered ${status}`, bytes)
    } catch (error) {
      blame(`${what} had no answer (${error})`, bytes)
    }
  }
  const throwGarbage = async (bytes: Buffer) => {
    try {
      const statuses = await sendAlone(port, bytes)
      garbage += 1
      for (const status of statuses) count(status)
      if (statuses.some((status) => status >= 500)) blame(`garbage was answered ${statuses}`, bytes)
    } catch (error) {
      blame(`garbage: ${error}`, bytes)
    }
  }
  const runLane = async () => {
    const connection = new PipelinedConnection(port)
    for (let round = 1; begun < requests && wrong.length < WRONG_KEPT; round += 1) {
      const size = Math.min(PIPELINED, requests - begun)
      begun += size
      const sent = Array.from({ length: size }, () => exchange(connection, line()))
      if (round % GARBAGE_EVERY === 0) sent.push(throwGarbage(garbageLine()))
      await Promise.all(sent)
      await turn()
    }
    connection.close()
  }
  await Promise.all(Array.from({ length: LANES }, runLane))
  return { answered, garbage, answers, wrong }
}

/** Values of an arbitrary without end, the same ones for the same seed. */
function sampled<Value>(arbitrary: fc.Arbitrary<Value>, seed: number): () => Value {
  let ready: Value[] = []
  let rounds = 0
  return () => {
    if (ready.length === 0) {
      ready = fc.sample(arbitrary, { numRuns: SAMPLED_AT_ONCE, seed: seed + 2 * rounds })
      rounds += 1
    }
    return ready.pop() as Value
  }
}
