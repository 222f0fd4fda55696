import pg from 'pg'
import type { Test } from 'tap'

/** Keeps every commit of new events waiting until `release`, or the end of the test. */
export async function holdEvents(t: Test, url: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('begin')
  await client.query('lock table openphone.webhook_event in share row exclusive mode')
  let isHeld = true
  const release = async () => {
    if (!isHeld) return
    isHeld = false
    await client.end()
  }
  t.teardown(release)
  return { release }
}
