import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HttpProblem } from './problem.ts'

/**
 * Addresses counted at a time. When more of them misbehave, the one longest silent is forgotten: the memory is
 * bounded, and an attacker with that many addresses is not slowed by a count per address anyway.
 */
const ADDRESSES_MAX = 5_000
const MINUTE_MS = 60_000
const IPV6_NETWORK_BITS = 64

export interface PerAddressLimit {
  readonly perMinute: number
  /** What to answer above it. */
  readonly problem: (headers: Readonly<Record<string, string>>) => HttpProblem
}

/**
 * Prepares a limit on something bad per address and minute (per network for IPv6, where one sender has a whole
 * network of addresses). The function it gives counts once and throws the problem, with `retry-after`, when there
 * were too many.
 */
export async function limitPerAddress(scope: FastifyInstance, { perMinute, problem }: PerAddressLimit) {
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
    throw problem({ 'retry-after': String(Math.max(1, counted.ttlInSeconds)) })
  }
}
