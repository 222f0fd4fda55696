import type { EventRow, Pipeline } from './pipeline.ts'

/** Waits until so many attempts of an event have run to an end. */
export function attempted({ rowOf }: Pipeline, eventId: string, attempts: number): Promise<EventRow> {
  const query = 'select * from openphone.webhook_event where id = $1 and attempts = $2'
  return rowOf(query, [eventId, attempts])
}

/** Waits until a job is completed: by then its attempt is logged too. */
export async function completed({ rowOf }: Pipeline, jobId: string | null): Promise<void> {
  await rowOf(`select from pgboss.job where id = $1 and state = 'completed'`, [jobId])
}
