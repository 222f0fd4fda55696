import { loadConfig } from './config.ts'
import { readEnvironment } from './environment.ts'
import { errorText } from './error-text.ts'
import { StartupError } from './errors.ts'
import { createLog } from './log.ts'
import { prepareDatabase } from './prepare-database.ts'

/** `npm run migrate`: brings both schemas up to date, and says what it did. */
async function migrate(): Promise<void> {
  const config = loadConfig(readEnvironment())
  if (config.databaseUrl === undefined) {
    throw new StartupError('Set DATABASE_URL. The embedded database is migrated by `npm start`.')
  }
  const { log, flush } = createLog('warn', 'migrate')
  const ran = await prepareDatabase(config.databaseUrl, { ...config, autoMigrate: true }, log).finally(flush)
  console.log(ran.length > 0 ? `Ran ${ran.join(', ')}.` : 'Nothing to run: the database is up to date.')
}

try {
  await migrate()
} catch (error) {
  console.error(error instanceof StartupError ? error.message : `The migration failed: ${errorText(error)}`)
  process.exitCode = 1
}
