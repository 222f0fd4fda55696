import { parsePhoneNumberFromString } from 'libphonenumber-js'
import { customerAt, customerCount } from '../src/samples/customers.ts'
import { createContext, findSample, later, samples } from '../src/samples/index.ts'
import { scenarios } from '../src/samples/scenarios/index.ts'
import { documentedTypes } from './helper/documented-types.ts'
import t from './helper/tap.ts'

/** Every text in a value, at any depth. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(textsIn)
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function idsIn(value: unknown): string[] {
  return textsIn(value).filter((text) => /^(AC|CN|EV|RE|TK|VM)[0-9a-f]{16,}$/.test(text))
}

const now = new Date('2026-10-05T12:00:00.000Z')

t.test('there is a sample of every type in every shape and version, and none besides', async (t) => {
  const listed = Object.entries(documentedTypes).flatMap(([type, versionsByShape]) =>
    Object.entries(versionsByShape).flatMap(([shape, versions]) =>
      versions.map((version) => `${type} ${shape} ${version}`),
    ),
  )
  const found = samples.map((sample) => `${sample.type} ${sample.shape} ${sample.version}`)
  t.same(found.toSorted(), listed.toSorted())
})

t.test('every sample says what it was asked for, in JSON that reads back the same', async (t) => {
  for (const { type, shape, version, build } of samples) {
    const envelope = build(createContext({ seed: 'json', now }))
    t.same(JSON.parse(JSON.stringify(envelope)), envelope, `${type} ${shape} ${version}`)
    t.equal(envelope.type, type)
    t.type(envelope.data, 'object')
    t.equal(envelope.apiVersion, shape === 'flat' ? undefined : version)
    if (shape === 'current') t.hasProps(envelope.data, ['resource', 'context', 'links'])
    if (shape === 'legacy') t.match(envelope, { object: 'event', data: { object: { object: String } } })
    if (shape !== 'flat') t.equal(envelope.createdAt, now.toISOString())
  }
})

t.test('every context has ids of its own', async (t) => {
  for (const { type, shape, version, build } of samples) {
    const first = idsIn(build(createContext({ seed: 'one' })))
    const second = idsIn(build(createContext({ seed: 'two' })))
    t.equal(first.length, second.length)
    t.same(
      first.filter((id) => second.includes(id)),
      [],
      `${type} ${shape} ${version}`,
    )
  }
  t.not(createContext().objects.messageId, createContext().objects.messageId, 'also without a seed')
})

t.test('two builds in one context are two events about the same object', async (t) => {
  for (const { type, shape, version, build } of samples.filter((sample) => sample.shape !== 'flat')) {
    const context = createContext({ seed: 'same' })
    const { id: first, data: firstData } = build(context)
    const { id: second, data: secondData } = build(context)
    t.not(first, second, `${type} ${shape} ${version}`)
    t.same(firstData, secondData)
  }
})

t.test('a seed gives the same event again', async (t) => {
  const sample = findSample('message.received', 'current')
  t.same(sample?.build(createContext({ seed: 's', now })), sample?.build(createContext({ seed: 's', now })))
})

t.test('a contact that was not found is told apart from one that was not looked up', async (t) => {
  const contacts = (contactLookup: 'matched' | 'none' | 'unavailable') => {
    const envelope = findSample('message.received', 'current')?.build(createContext({ contactLookup }))
    return envelope?.data.context
  }
  t.match(contacts('matched'), { contacts: { ids: [/^CT/], lookupStatus: 'matched' } })
  t.match(contacts('none'), { contacts: { ids: [], lookupStatus: 'none' } })
  t.match(contacts('unavailable'), { contacts: { ids: [], lookupStatus: 'unavailable' } })
})

t.test('the newest version is found when none is asked for', async (t) => {
  t.equal(findSample('message.received', 'legacy')?.version, 'v4')
  t.equal(findSample('message.received', 'legacy', 'v2')?.version, 'v2')
  t.equal(findSample('message.received', 'legacy', 'v9'), undefined)
  t.equal(findSample('call.answered', 'flat'), undefined)
})

t.test('every number is fictional, and E.164 to libphonenumber', async (t) => {
  for (let index = 0; index < customerCount; index += 1) {
    const { phoneNumber } = customerAt(index)
    const parsed = parsePhoneNumberFromString(phoneNumber)
    if (!parsed?.isValid() || parsed.number !== phoneNumber || !/^\+1\d{3}55501\d{2}$/.test(phoneNumber)) {
      t.fail(`not a usable number: ${phoneNumber}`)
    }
  }
  const built = samples.flatMap(({ build }) => textsIn(build(createContext({ seed: 'numbers' }))))
  for (const text of built.filter((text) => text.startsWith('+'))) t.match(text, /^\+1\d{3}55501\d{2}$/)
})

t.test('a number belongs to one customer, whatever the seed', async (t) => {
  const contactIds = new Set<string>()
  for (let index = 0; index < customerCount; index += 1) contactIds.add(customerAt(index).contactId)
  t.equal(contactIds.size, customerCount)
  t.same(customerAt(7 + customerCount), customerAt(7))
})

t.test('every address on the web is one that belongs to nobody', async (t) => {
  const built = samples.flatMap(({ build }) => textsIn(build(createContext({ seed: 'links' }))))
  const hosts = built.flatMap((text) => [...text.matchAll(/https:\/\/([^/\s]+)/g)].map((match) => match[1]))
  for (const host of new Set(hosts)) t.ok(host === 'my.quo.com' || host?.endsWith('.example.com'), `${host}`)
})

t.test('the scenarios are those that the documentation names', async (t) => {
  t.same(
    scenarios.map(({ name }) => name),
    [
      'new-customer-inquiry',
      'existing-customer-follow-up',
      'urgent-missed-call',
      'detailed-voicemail',
      'long-consultation-call',
      'contact-life',
      'task-life',
    ],
  )
})

t.test('every event of a scenario is of a type that has a sample in its shape', async (t) => {
  for (const { name, shape, version, build } of scenarios) {
    const envelopes = build(createContext({ seed: name, now }))
    t.ok(envelopes.length > 1, name)
    for (const { type } of envelopes) t.ok(findSample(type, shape, version), `${name}: ${type}`)
  }
})

t.test('the events of a scenario are in order, none in the future, each with an id of its own', async (t) => {
  for (const { name, build } of scenarios) {
    const envelopes = build(createContext({ seed: name, now }))
    const times = envelopes.map(({ createdAt, data }) => {
      const flatTimes = ['createdAt', 'deliveredAt', 'completedAt', 'missedAt', 'receivedAt', 'processedAt']
      const time = createdAt ?? flatTimes.map((field) => data[field]).find(Boolean) ?? data.startedAt
      return String(time)
    })
    t.same(times, times.toSorted(), `${name} is in order`)
    t.ok(
      times.every((time) => time <= now.toISOString()),
      `${name} is over by now`,
    )
    const ids = envelopes.flatMap(({ id }) => (id === undefined ? [] : [id]))
    t.equal(new Set(ids).size, ids.length)
  }
})

t.test('the events of a scenario are about the same objects and the same customer', async (t) => {
  // How many different messages, calls, voicemails, contacts and tasks a story is about.
  const objectCounts: Record<string, number> = {
    'new-customer-inquiry': 4,
    'existing-customer-follow-up': 5,
    'urgent-missed-call': 3,
    'detailed-voicemail': 2,
    'long-consultation-call': 1,
    'contact-life': 1,
    'task-life': 1,
  }
  for (const { name, build } of scenarios) {
    const context = createContext({ seed: name, now })
    const envelopes = build(context)
    const objects = new Set(
      envelopes.map(({ data }) => {
        const { id, callId } = fieldsOf(data.resource)
        return id ?? callId ?? data.messageId ?? data.voicemailId ?? data.callId
      }),
    )
    t.equal(objects.size, objectCounts[name], name)
    const numbers = envelopes.flatMap(({ data }) => textsIn(data).filter((text) => /^\+\d+$/.test(text)))
    const parties = [context.customer.phoneNumber, context.business.phoneNumber]
    t.same(
      numbers.filter((number) => !parties.includes(number)),
      [],
      `${name} has two parties`,
    )
  }
})

t.test('the moments of a call agree between the events of its scenario', async (t) => {
  const story = scenarios.find(({ name }) => name === 'long-consultation-call')
  const resources = story
    ?.build(createContext({ seed: 'call', now }))
    .map(({ data }) => fieldsOf(data.resource))
  const created = resources?.flatMap(({ createdAt }) => createdAt ?? [])
  t.equal(new Set(created).size, 1)
  const answered = resources?.flatMap(({ answeredAt }) => answeredAt ?? [])
  t.equal(new Set(answered).size, 1)
})

t.test('a voicemail without a transcript gets one from a later event of the same voicemail', async (t) => {
  const story = scenarios.find(({ name }) => name === 'detailed-voicemail')
  const voicemails = story
    ?.build(createContext({ seed: 'voicemail', now }))
    .filter(({ type }) => type === 'call.voicemail.completed')
    .map(({ data }) => fieldsOf(data.resource))
  t.equal(voicemails?.length, 2)
  t.equal(voicemails?.[0]?.transcript, null)
  t.type(voicemails?.[1]?.transcript, 'string')
  t.equal(voicemails?.[0]?.id, voicemails?.[1]?.id)
})

t.test('moving a context in time keeps its objects', async (t) => {
  const context = createContext({ seed: 'time', now })
  const moved = later(context, -60)
  t.same(moved.objects, context.objects)
  t.equal(moved.now.toISOString(), '2026-10-05T11:59:00.000Z')
  t.equal(moved.sentAt, context.sentAt)
})
