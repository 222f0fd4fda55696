import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { registerForms } from './config-forms.ts'
import { StartupError } from './errors.ts'
import { createPrivateFile, errorCode, makePrivateFolder } from './private-file.ts'

registerForms()

const schema = Type.Object({
  /** One of each scheme, as `OPENPHONE_SIGNING_SECRETS` takes them. */
  signingSecrets: Type.Array(Type.String({ format: 'openphone:signing-secret' }), { minItems: 1 }),
  opsToken: Type.String({ minLength: 16 }),
})

/** Secrets of a development machine, never to be printed or logged. */
export type DevSecrets = Static<typeof schema>

/**
 * The secrets used where none are configured: made on the first call in `<folder>/secrets.json` (mode 0600, the
 * folder 0700), read back ever after. Processes that start together get the same ones.
 * @throws StartupError when the file is damaged or open to other users; it is never replaced.
 */
export function loadDevSecrets(folder: string): DevSecrets {
  const path = join(folder, 'secrets.json')
  try {
    makePrivateFolder(folder)
    return readSecrets(path) ?? makeSecrets(path)
  } catch (error) {
    if (error instanceof StartupError) throw error
    throw new StartupError(
      `The development secrets in ${path} cannot be read or made (${errorCode(error) ?? 'unknown error'}): give this user the folder, or set OPENPHONE_SIGNING_SECRETS and OPS_TOKEN.`,
      { cause: error },
    )
  }
}

/** @returns undefined when there is no file. */
function readSecrets(path: string): DevSecrets | undefined {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode
  if (mode === undefined) return undefined
  if ((mode & 0o077) !== 0) {
    throw new StartupError(
      `The development secrets in ${path} are open to other users of this machine: delete the file, and new ones are made at the next start.`,
    )
  }
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (Value.Check(schema, value)) return value
  } catch (error) {
    // The parser's message quotes the text, so it does not go into ours.
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new StartupError(
    `The development secrets in ${path} are damaged: delete the file, and new ones are made at the next start.`,
  )
}

function makeSecrets(path: string): DevSecrets {
  const secrets: DevSecrets = {
    signingSecrets: [
      `whsec_${randomBytes(24).toString('base64')}`,
      randomBytes(32).toString('base64'),
      `hex:${randomBytes(24).toString('hex')}`,
    ],
    opsToken: randomBytes(24).toString('base64url'),
  }
  const isFirst = createPrivateFile(path, `${JSON.stringify(secrets, null, 2)}\n`)
  return isFirst ? secrets : loadDevSecrets(dirname(path))
}
