import fc from 'fast-check'
import { anyArrangement, type Plan, planOf } from './arrangement.ts'
import { eventOf, type HistoryEvent } from './event.ts'

/** Events, and one way in which they may reach the tables. */
export class History {
  readonly events: readonly HistoryEvent[]
  readonly plan: Plan

  constructor(events: readonly HistoryEvent[], plan: Plan) {
    this.events = events
    this.plan = plan
  }

  [fc.toStringMethod](): string {
    const { batches, replayed, workers } = this.plan
    const name = ({ event, delivery }: Plan['replayed'][number]) =>
      `#${event}${delivery === 'first' ? '' : ' again'}`
    return [
      '',
      ...this.events.map((event, index) => `  #${index} ${event}`),
      `  ${workers} workers: ${batches.map((batch) => `[${batch.map(name).join(', ')}]`).join(' ')}`,
      `  replayed: ${replayed.map(name).join(', ')}`,
    ].join('\n')
  }
}

/** Most events of a history: enough for all three shapes to meet in one object. */
const EVENTS_MAX = 16

export function historyOf(event: fc.Arbitrary<HistoryEvent> = eventOf()): fc.Arbitrary<History> {
  return fc
    .tuple(fc.array(event, { minLength: 1, maxLength: EVENTS_MAX, size: 'max' }), anyArrangement)
    .map(([events, arrangement]) => new History(events, planOf(arrangement, events.length)))
}
