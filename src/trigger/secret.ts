import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadDevSecrets } from '../dev-secrets.ts'
import { StartupError } from '../errors.ts'
import type { Shape } from '../samples/sample.ts'
import { DATA_FOLDER } from '../surroundings.ts'
import { parseSigningSecret, type Scheme, type SigningSecret } from '../webhook/secrets.ts'
import { UsageError } from './usage-error.ts'

/** How each shape is signed by those who send it. */
export const schemeOf: { readonly [shape in Shape]: Scheme } = {
  current: 'standard',
  legacy: 'legacy',
  flat: 'hex',
}

const forms: { readonly [scheme in Scheme]: string } = {
  standard: 'whsec_<base64>',
  legacy: 'bare base64',
  hex: 'hex:<text>',
}

export interface ChosenSecret extends SigningSecret {
  /** Where it was found, for messages: never the secret itself. */
  readonly origin: string
}

/**
 * The secret to sign with: the one given, else the first fitting one of `OPENPHONE_SIGNING_SECRETS`, else
 * the development secret that `npm start` made.
 * @throws UsageError when the secrets given do not fit the scheme.
 * @throws StartupError when there are no development secrets yet, or they cannot be read.
 */
export function chooseSecret(
  scheme: Scheme,
  given: string | undefined,
  env: NodeJS.ProcessEnv,
): ChosenSecret {
  if (given !== undefined) {
    const secret = readSecret(given, '--secret')
    if (secret.scheme === scheme) return secret
    throw new UsageError(
      `--secret is a ${secret.scheme} secret, but this shape is signed with the ${scheme} scheme (${forms[scheme]}): give one of those, or choose another --shape.`,
    )
  }
  const variable = 'OPENPHONE_SIGNING_SECRETS'
  const listed = (env[variable] ?? '').split(',').flatMap((text) => text.trim() || [])
  if (listed.length === 0) return developmentSecret(scheme)
  const secrets = listed.map((text, index) => readSecret(text, `${variable} (entry ${index + 1})`))
  const fitting = secrets.find((secret) => secret.scheme === scheme)
  if (fitting) return { ...fitting, origin: variable }
  throw new UsageError(
    `${variable} holds no ${scheme} secret (${forms[scheme]}), which this shape is signed with: add one there and at the server, give one with --secret, or choose another --shape.`,
  )
}

function developmentSecret(scheme: Scheme): ChosenSecret {
  // Looked for first, because loading them would make them: a second set that no server knows.
  if (!existsSync(join(DATA_FOLDER, 'secrets.json'))) {
    throw new StartupError(
      'There is no secret to sign with. Start the server first with "npm start", which makes one for development; or set OPENPHONE_SIGNING_SECRETS, or give --secret.',
    )
  }
  const origin = `the development secrets in ${DATA_FOLDER}`
  for (const text of loadDevSecrets(DATA_FOLDER).signingSecrets) {
    const secret = readSecret(text, origin)
    if (secret.scheme === scheme) return secret
  }
  throw new StartupError(`There is no ${scheme} secret (${forms[scheme]}) among ${origin}: give --secret.`)
}

/** @throws UsageError saying where the secret stands and what is wrong with it. */
function readSecret(text: string, origin: string): ChosenSecret {
  try {
    return { ...parseSigningSecret(text), origin }
  } catch (error) {
    if (error instanceof StartupError) throw new UsageError(`${origin}: ${error.message}.`, { cause: error })
    throw error
  }
}
