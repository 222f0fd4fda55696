import fc from 'fast-check'

/** How one event is delivered, next to the others. */
interface Slot {
  /** Deliveries are processed in the order of their places. */
  readonly place: number
  /** Whether a batch begins with it. */
  readonly startsBatch: boolean
  /** Where the same event is delivered again under an id of its own; null: it is not. */
  readonly repeatedAt: number | null
  /** Whether it is processed once more when all is done. */
  readonly isReplayed: boolean
}

/** In what order, batches and company the events of a history are processed. */
export interface Arrangement {
  /** Slots of the events, in turn; the list begins again after the last. */
  readonly slots: readonly Slot[]
  readonly workers: number
}

/** What is processed when: each delivery is an event's index in the history, and which delivery of it. */
export interface Plan {
  readonly batches: readonly (readonly PlannedDelivery[])[]
  readonly replayed: readonly PlannedDelivery[]
  readonly workers: number
}

export interface PlannedDelivery {
  readonly event: number
  readonly delivery: 'first' | 'repeat'
}

const anyPlace = fc.nat(99)

export const anyArrangement: fc.Arbitrary<Arrangement> = fc.record({
  slots: fc.noBias(
    fc.array(
      fc.record({
        place: anyPlace,
        startsBatch: fc.nat(2).map((coin) => coin === 0),
        repeatedAt: fc.option(anyPlace, { freq: 2 }),
        isReplayed: fc.boolean(),
      }),
      { minLength: 1, maxLength: 20, size: 'max' },
    ),
  ),
  workers: fc.constantFrom(1, 2),
})

/** The arrangement worked out for a history of so many events. */
export function planOf({ slots, workers }: Arrangement, events: number): Plan {
  const replayed: PlannedDelivery[] = []
  const placed: { place: number; startsBatch: boolean; delivery: PlannedDelivery }[] = []
  for (let event = 0; event < events; event += 1) {
    const slot = slots[event % slots.length]
    if (slot === undefined) continue
    const { place, startsBatch, repeatedAt, isReplayed } = slot
    const first: PlannedDelivery = { event, delivery: 'first' }
    placed.push({ place, startsBatch, delivery: first })
    if (repeatedAt !== null) {
      placed.push({ place: repeatedAt, startsBatch: false, delivery: { event, delivery: 'repeat' } })
    }
    if (isReplayed) replayed.push(first)
  }
  const batches: PlannedDelivery[][] = []
  for (const { startsBatch, delivery } of placed.sort((a, b) => a.place - b.place)) {
    const current = batches.at(-1)
    if (startsBatch || current === undefined) batches.push([delivery])
    else current.push(delivery)
  }
  return { batches, replayed, workers }
}
