import { type Config, loadConfig } from '../../config.ts'
import { StartupError } from '../../errors.ts'
import { countText } from '../words.ts'
import { type Finding, ok, wrong } from './finding.ts'

/** Whether the app would start with these settings. Their values are not told. */
export function checkConfiguration(env: NodeJS.ProcessEnv): Finding {
  try {
    const config = loadConfig(env)
    const database = config.databaseUrl === undefined ? 'the embedded database' : 'DATABASE_URL'
    return ok(
      'configuration',
      `the settings are good: role ${config.role}, ${database}, ${secretsText(config)}`,
    )
  } catch (error) {
    if (!(error instanceof StartupError)) throw error
    return wrong(
      'configuration',
      error.message,
      'Mend these, or run the doctor with the settings of the app (its .env).',
    )
  }
}

function secretsText({ signingSecrets, databaseUrl }: Config): string {
  const areMade = signingSecrets.length === 0 && databaseUrl === undefined
  return areMade ? 'the development secrets' : `${countText(signingSecrets.length, 'signing secret')} set`
}
