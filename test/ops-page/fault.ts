import type { Test } from 'tap'
import type { OpsPipeline } from '../http-ops/fixture.ts'
import { startOps } from '../http-ops/fixture.ts'

/** An app whose database has a fault: messages fail at their only attempt until it is mended. */
export interface FaultyApp extends OpsPipeline {
  mend(): Promise<void>
  /** Sends a message and waits until its event has failed. @returns the event's id. */
  fail(messageId: string, from?: string): Promise<string>
}

export async function startFaulty(t: Test): Promise<FaultyApp> {
  const ops = await startOps(t, { env: { RETRY_LIMIT: '0' } })
  await ops.pool.query('alter table openphone.message add constraint a_fault check (false) not valid')
  return {
    ...ops,
    async mend() {
      await ops.pool.query('alter table openphone.message drop constraint a_fault')
    },
    async fail(messageId, from = '+14155550123') {
      const { eventId } = await ops.send(messageReceived(messageId, from))
      await ops.eventWith(eventId, 'failed')
      return eventId
    },
  }
}

export function messageReceived(id: string, from: string): object {
  const createdAt = new Date().toISOString()
  return {
    id: `EV${id}`,
    apiVersion: '2026-03-30',
    createdAt,
    type: 'message.received',
    data: {
      resource: { id, direction: 'incoming', text: 'Hello', media: [], status: 'received', createdAt },
      context: { senderIdentifier: from, recipientIdentifiers: ['+14155550199'] },
    },
  }
}
