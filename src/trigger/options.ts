import { InvalidArgumentError } from 'commander'
import type { Shape } from '../samples/sample.ts'
import type { Override } from './override.ts'

/** The options as typed; absent where they were not. */
export interface TriggerOptions {
  shape?: Shape
  /** `v3`: the sample's version. */
  version?: string
  url?: string
  secret?: string
  /** How many times the event or scenario is sent. */
  count: number
  /** Events per second, at most. */
  rate?: number
  /** How many events or scenarios are under way at once. */
  concurrency: number
  seed?: string
  set?: Override[]
  sameObject?: boolean
  outOfOrder?: boolean
  duplicate?: boolean
  dryRun?: boolean
  print?: boolean
  list?: boolean
  json?: boolean
}

/** A whole number of at least 1, for commander. */
export function countOption(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1) throw new InvalidArgumentError('It must be a whole number from 1.')
  return count
}

/** A positive number, `0.5` for one every two seconds, for commander. */
export function rateOption(text: string): number {
  const rate = Number(text)
  if (!/^\d*\.?\d+$/.test(text) || rate <= 0) throw new InvalidArgumentError('It must be a positive number.')
  return rate
}
