import { randomBytes } from 'node:crypto'

/** One secret of each scheme, as in `OPENPHONE_SIGNING_SECRETS`, made anew for every run. */
export const secrets = {
  standard: `whsec_${randomBytes(24).toString('base64')}`,
  legacy: randomBytes(32).toString('base64'),
  hex: `hex:${randomBytes(16).toString('hex')}`,
} as const
