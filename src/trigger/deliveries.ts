import { sentAgain } from '../samples/context.ts'
import { createContext, type Envelope, type Shape } from '../samples/index.ts'
import type { SampleContext } from '../samples/sample.ts'
import { applyOverride, type Override } from './override.ts'
import type { Story } from './pick.ts'

/** One webhook, not yet signed: a signature holds the moment of sending. */
export interface Delivery {
  /** Names the delivery, the same over its repetitions. */
  readonly id: string
  readonly type: string
  readonly shape: Shape
  readonly body: Buffer
}

export interface Telling {
  readonly count: number
  readonly seed?: string | undefined
  readonly set?: readonly Override[]
  readonly sameObject?: boolean
  readonly outOfOrder?: boolean
  readonly duplicate?: boolean
}

/** Makes the deliveries of one story, in the order of sending, as of the moment it is called. */
export type Teller = () => Delivery[]

/** Tells the story `count` times, each time about new objects unless the same are asked for. */
export function* tell(story: Story, telling: Telling): Generator<Teller, void> {
  const shared = contextAt(telling, 0)
  for (let index = 0; index < telling.count; index += 1) {
    yield () => {
      const context = telling.sameObject ? sentAgain(shared, new Date()) : contextAt(telling, index)
      return tellOnce(story, telling, context)
    }
  }
}

function contextAt({ seed }: Telling, index: number): SampleContext {
  return createContext({ seed: seed === undefined ? undefined : `${seed}/${index}` })
}

function tellOnce(story: Story, telling: Telling, context: SampleContext): Delivery[] {
  const inOrder = story.build(context).map((envelope) => {
    for (const override of telling.set ?? []) applyOverride(envelope, override)
    return toDelivery(envelope, story.shape, context.freshId('msg_'))
  })
  // Ids are digests: in their order the deliveries are shuffled, and the seed decides how.
  const once = telling.outOfOrder ? inOrder.toSorted((a, b) => (a.id < b.id ? -1 : 1)) : inOrder
  return telling.duplicate ? [...once, ...once] : once
}

function toDelivery(envelope: Envelope, shape: Shape, id: string): Delivery {
  return { id, type: String(envelope.type), shape, body: Buffer.from(JSON.stringify(envelope)) }
}
