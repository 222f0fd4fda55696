import fc from 'fast-check'
import { anyArrangement, type Plan, planOf } from './arrangement.ts'
import { type HistoryEvent, twinsOf } from './event.ts'

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

/** Enough for all three shapes to meet in one object. */
const PAIRS_MAX = 9

/** @param pairsMax most events, each of which may have a twin. */
export function historyOf(
  twins: fc.Arbitrary<HistoryEvent[]> = twinsOf(),
  pairsMax = PAIRS_MAX,
): fc.Arbitrary<History> {
  return fc
    .tuple(
      // Unbiased: fast-check favours short lists, in which little can meet.
      fc.noBias(fc.array(twins, { minLength: 1, maxLength: pairsMax, size: 'max' })),
      anyArrangement,
    )
    .map(([pairs, arrangement]) => {
      const events = pairs.flat()
      return new History(events, planOf(arrangement, events.length))
    })
}
