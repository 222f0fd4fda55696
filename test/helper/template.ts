import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { loadConfig } from '../../src/config.ts'
import { prepareDatabase } from '../../src/prepare-database.ts'
import { databaseOn, runOn } from './postgres.ts'
import { secrets } from './secrets.ts'

/**
 * Makes a migrated database with its queues, for the tests to copy (`createPreparedDatabase`): migrating takes four
 * times as long as copying.
 * @returns its name, and what drops it.
 * @throws whatever migrating it throws.
 */
export async function createTemplateDatabase(serverUrl: string) {
  const name = `test_template_${randomUUID().replaceAll('-', '')}`
  const drop = () => runOn(serverUrl, `drop database if exists ${name} with (force)`)
  await runOn(serverUrl, `create database ${name}`)
  try {
    const url = databaseOn(serverUrl, name)
    const config = loadConfig({
      DATABASE_URL: url,
      OPENPHONE_SIGNING_SECRETS: Object.values(secrets).join(','),
    })
    await prepareDatabase(url, config, pino({ level: 'silent' }))
  } catch (error) {
    await drop()
    throw error
  }
  return { name, drop }
}
