import { application } from '../application.ts'

/** What takes webhooks: the application, and what it is compared with. */
export const contenders = {
  'http-only': new URL('http-only.ts', import.meta.url),
  'transaction-per-request': new URL('transaction-per-request.ts', import.meta.url),
  pipeline: application,
} as const

export type Contender = keyof typeof contenders
