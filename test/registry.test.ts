import { readFile } from 'node:fs/promises'
import { registry } from '../src/events/index.ts'
import type { Registry } from '../src/events/registry.ts'
import { createContext, samples } from '../src/samples/index.ts'
import type { ObjectUpdate, Translate } from '../src/vocabulary/updates.ts'
import { documentedTypes } from './helper/documented-types.ts'
import { startPipeline } from './helper/pipeline.ts'
import t from './helper/tap.ts'
import { translateMessageRead } from './registry/example/src/openphone/message-read.ts'
import { translateReaction } from './registry/example/src/openphone/reaction.ts'
import { currentMessageRead } from './registry/example/src/samples/current/message-read.ts'
import { currentReaction } from './registry/example/src/samples/current/reaction.ts'
import { upsertReactions } from './registry/example/src/tables/reaction.ts'
import { type Catalogue, findGaps } from './registry/gaps.ts'

const builtIn: Catalogue = { registry, samples, documented: documentedTypes }
const current = ['2026-03-30']

function withTranslator(type: string, translate: Translate<ObjectUpdate>): Registry {
  return { ...registry, translators: new Map([...registry.translators, [type, translate]]) }
}

/** The gaps that are not there already in what is built in. */
function newGaps(catalogue: Catalogue): string[] {
  const known = findGaps(builtIn)
  return findGaps(catalogue).filter((gap) => !known.includes(gap))
}

t.test('nothing is missing for any registered event type', async (t) => {
  t.same(findGaps(builtIn), [])
})

t.test('what is missing for an event type is named, with what to add and where', async (t) => {
  const withoutTranslator = new Map(registry.translators)
  withoutTranslator.delete('call.menu.selected')
  t.same(newGaps({ ...builtIn, registry: { ...registry, translators: withoutTranslator } }), [
    "call.menu.selected: no translator. Write one in src/openphone/ and add ['call.menu.selected', <translator>] to src/openphone/index.ts.",
  ])

  const handlers = registry.handlers.filter(({ kind }) => kind !== 'voicemail')
  t.same(newGaps({ ...builtIn, registry: { ...registry, handlers } }), [
    "call.voicemail.completed: no handler for updates of kind voicemail. Add a table in sql/migrations/ and src/tables/, and { kind: 'voicemail', upsert: <upsert> } to src/events/index.ts.",
    "call.completed: no handler for updates of kind voicemail. Add a table in sql/migrations/ and src/tables/, and { kind: 'voicemail', upsert: <upsert> } to src/events/index.ts.",
    "voicemail.received: no handler for updates of kind voicemail. Add a table in sql/migrations/ and src/tables/, and { kind: 'voicemail', upsert: <upsert> } to src/events/index.ts.",
  ])

  const fewer = samples.filter(
    ({ type, shape, version }) => !(type === 'message.received' && (shape === 'flat' || version === 'v2')),
  )
  t.same(newGaps({ ...builtIn, samples: fewer }), [
    'message.received: no sample in shape legacy, version v2. Build one in src/samples/legacy/ and list it in src/samples/index.ts.',
    'message.received: no sample in shape flat, version flat. Build one in src/samples/flat/ and list it in src/samples/index.ts.',
  ])
})

t.test('a translator that cannot use its own sample is named', async (t) => {
  const refusing = withTranslator('message.failed', translateReaction)
  t.match(newGaps({ ...builtIn, registry: refusing }), [
    /^message\.failed: no handler for updates of kind reaction\./,
    /^message\.failed: the translator refuses the sample in shape flat, version flat \(PermanentError: data\.reactionId: .*\)\. Mend the translator/,
  ])
  const silent = withTranslator('task.deleted', () => [])
  t.match(newGaps({ ...builtIn, registry: silent }), [
    /^task\.deleted: the translator makes nothing of the sample in shape current, version 2026-03-30\. Mend/,
    /^task\.deleted: the translator makes nothing of the sample in shape legacy, version v4\. Mend/,
  ])
})

t.test('an event type can be added to what is built in, step by step', async (t) => {
  const registry = withTranslator('message.read', translateMessageRead)
  t.same(newGaps({ ...builtIn, registry }), [
    'message.read: not documented. Add the shapes and versions it is sent in to test/helper/documented-types.ts.',
    'message.read: no sample. Build one in src/samples/<shape>/ and list it in src/samples/index.ts.',
  ])
  const documented = { ...documentedTypes, 'message.read': { current } }
  t.same(newGaps({ ...builtIn, registry, documented }), [
    'message.read: no sample in shape current, version 2026-03-30. Build one in src/samples/current/ and list it in src/samples/index.ts.',
  ])
  t.same(newGaps({ registry, documented, samples: [...samples, currentMessageRead] }), [])

  const pipeline = await startPipeline(t, { registry })
  const context = createContext({ seed: 'read' })
  const { messageId } = context.objects
  const sent = await pipeline.send(findBuiltIn('message.delivered').build(context))
  await pipeline.eventWith(sent.eventId, 'processed')
  const read = await pipeline.send(currentMessageRead.build({ ...context, now: new Date(Date.now() + 1000) }))
  await pipeline.eventWith(read.eventId, 'processed')
  t.match(
    await pipeline.rowOf('select * from openphone.message where id = $1', [messageId]),
    { status: 'read', direction: 'outgoing', body: String },
    'the new event is merged with the message that was there',
  )
})

t.test('an event type with a table of its own can be added, step by step', async (t) => {
  const type = 'message.reaction.added'
  const all = {
    documented: { ...documentedTypes, [type]: { current } },
    samples: [...samples, currentReaction],
  }
  const unwritten = withTranslator(type, translateReaction)
  t.same(newGaps({ ...all, registry: unwritten }), [
    "message.reaction.added: no handler for updates of kind reaction. Add a table in sql/migrations/ and src/tables/, and { kind: 'reaction', upsert: <upsert> } to src/events/index.ts.",
  ])
  const registry: Registry = {
    ...unwritten,
    handlers: [...unwritten.handlers, { kind: 'reaction', upsert: upsertReactions }],
  }
  t.same(newGaps({ ...all, registry }), [])

  const pipeline = await startPipeline(t, { registry })
  const migration = new URL('registry/example/sql/migrations/0100_reaction.sql', import.meta.url)
  await pipeline.pool.query(await readFile(migration, 'utf8'))
  const context = createContext({ seed: 'reaction' })
  const reacted = await pipeline.send(currentReaction.build(context))
  await pipeline.eventWith(reacted.eventId, 'processed')
  t.match(await pipeline.rowOf('select * from openphone.reaction'), {
    message_id: context.objects.messageId,
    from_number: context.customer.phoneNumber,
    emoji: '👍',
    created_at: context.now,
  })
})

t.test('an event whose updates nobody writes is not counted as processed', async (t) => {
  const pipeline = await startPipeline(t, {
    registry: withTranslator('message.reaction.added', translateReaction),
    env: { RETRY_LIMIT: '0' },
  })
  const { eventId } = await pipeline.send(currentReaction.build(createContext({ seed: 'unwritten' })))
  t.match(await pipeline.eventWith(eventId, 'failed'), {
    last_error: 'Error: No handler writes updates of kind "reaction"',
  })
})

function findBuiltIn(type: string) {
  const sample = samples.find((sample) => sample.type === type)
  if (sample === undefined) throw new Error(`no sample of ${type}`)
  return sample
}
