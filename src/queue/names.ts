/** Jobs of events that wait for a worker. */
export const EVENTS_QUEUE = 'openphone-events'

/** Copies of jobs that ran out of attempts or can never succeed, kept until an operator acts. */
export const DEAD_QUEUE = 'openphone-dead'

/** The schema pg-boss keeps its tables in. */
export const BOSS_SCHEMA = 'pgboss'

/** What a job of either queue carries. The event itself stays in its row. */
export interface EventJob {
  /** `webhook_event.id`. The event's first job has the same id; a replay's job has one of its own. */
  readonly eventId: string
  /** The event's type, for whoever looks at the job. */
  readonly type: string
}
