import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { HttpProblem } from './problem.ts'

/**
 * Addresses counted at a time. When more send bad signatures, the one longest silent is forgotten: the memory
 * is bounded, and an attacker with that many addresses is not slowed by a count per address anyway.
 */
const ADDRESSES_MAX = 5_000
const MINUTE_MS = 60_000
const IPV6_NETWORK_BITS = 64

/**
 * Prepares a limit on bad signatures per address and minute (per network for IPv6, where one sender has a
 * whole network of addresses). The function it gives counts one bad signature and throws a HttpProblem once
 * there are too many. Good signatures are never counted or limited, so behind a proxy that gives all senders
 * one address a flood does not lock the provider out.
 */
export async function limitBadSignatures(scope: FastifyInstance, perMinute: number) {
  await scope.register(rateLimit, {
    global: false,
    max: perMinute,
    timeWindow: MINUTE_MS,
    cache: ADDRESSES_MAX,
    // A client that is gone already has no address any more, whatever the type says.
    keyGenerator: (request) => normalizeIP(request.ip ?? 'gone', IPV6_NETWORK_BITS),
  })
  const count = scope.createRateLimit()
  return async (request: FastifyRequest): Promise<void> => {
    const counted = await count(request)
    if (counted.isAllowed || !counted.isExceeded) return
    throw new HttpProblem(
      'too-many-bad-signatures',
      `More than ${perMinute} bad signatures came from this address within a minute.`,
      { headers: { 'retry-after': String(Math.max(1, counted.ttlInSeconds)) } },
    )
  }
}
