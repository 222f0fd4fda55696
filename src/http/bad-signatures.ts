import type { FastifyInstance } from 'fastify'
import { limitPerAddress } from './per-address-limit.ts'
import { HttpProblem } from './problem.ts'

/**
 * Prepares a limit on bad signatures per address and minute. The function it gives counts one bad signature and
 * throws a HttpProblem once there are too many. Good signatures are never counted or limited, so behind a proxy
 * that gives all senders one address a flood does not lock the provider out.
 */
export function limitBadSignatures(scope: FastifyInstance, perMinute: number) {
  return limitPerAddress(scope, {
    perMinute,
    problem: (headers) =>
      new HttpProblem(
        'too-many-bad-signatures',
        `More than ${perMinute} bad signatures came from this address within a minute.`,
        { headers },
      ),
  })
}
