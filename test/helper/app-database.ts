import { pino } from 'pino'
import type { Test } from 'tap'
import { loadConfig } from '../../src/config.ts'
import { prepareDatabase } from '../../src/prepare-database.ts'
import { testPool } from '../db/prepared.ts'
import { makeRoles } from './roles.ts'
import { secrets } from './secrets.ts'

/**
 * The settings by which the application finds a test's database. With `TEST_AS=openphone_app` it is what sql/roles.sql
 * is for: the owner has migrated and made the roles, and the application is a user who may do no more than that.
 * The test's own connections stay the owner's, since its faults need rights that the application must not have.
 * @param ownerUrl of a database that is migrated and has its queues.
 * @param env the test's other settings; those of queues take effect when they are declared.
 */
export async function appDatabase(
  t: Test,
  ownerUrl: string,
  env: Record<string, string> = {},
): Promise<{ DATABASE_URL: string; AUTO_MIGRATE?: string }> {
  if (process.env.TEST_AS === undefined) return { DATABASE_URL: ownerUrl }
  if (process.env.TEST_AS !== 'openphone_app') throw new Error('TEST_AS can be openphone_app only')
  if (Object.keys(env).length > 0) {
    const config = loadConfig({
      OPENPHONE_SIGNING_SECRETS: secrets.hex,
      ...env,
      DATABASE_URL: ownerUrl,
      AUTO_MIGRATE: 'true',
    })
    await prepareDatabase(ownerUrl, config, pino({ level: 'silent' }))
  }
  const pool = testPool(t, ownerUrl, 1)
  const { appUrl } = await makeRoles(t, pool, ownerUrl)
  return { DATABASE_URL: appUrl, AUTO_MIGRATE: 'false' }
}
