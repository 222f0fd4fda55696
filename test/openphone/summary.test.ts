import t from '../helper/tap.ts'
import {
  CUSTOMER,
  current,
  fieldsOf,
  flat,
  type Json,
  known,
  legacy,
  OCCURRED_AT,
  only,
  translate,
  WORKSPACE,
} from './build.ts'

function summary(resource: Json = {}, context: Json = {}) {
  return current(
    'call.summary.completed',
    {
      callId: 'AC1',
      processingStatus: 'completed',
      summary: ['Asked for prices.'],
      nextSteps: ['Send a quote.'],
      fromPhoneNumber: null,
      handledByAiAgent: false,
      answeredByUserId: 'US2',
      jobs: [],
      ...resource,
    },
    {
      phoneNumberType: 'shared',
      participants: { workspace: [WORKSPACE], external: [CUSTOMER], resolution: 'available' },
      ...context,
    },
  )
}

t.test('a current summary tells what it knows of its call', async (t) => {
  const updates = translate(summary())
  const call = only(updates, 'call')
  t.equal(call.id, 'AC1')
  t.strictSame(call.at, OCCURRED_AT)
  t.strictSame(known(call), {
    workspace_participants: [WORKSPACE],
    external_participants: [CUSTOMER],
    contact_phone: CUSTOMER,
    contact_ids: ['CT1'],
    conversation_id: 'CN1',
    phone_number_id: 'PN1',
    user_id: 'US1',
    org_id: 'OR1',
    phone_number_type: 'shared',
    deep_link: 'https://my.quo.com/inbox/PN1/c/CN1',
    answered_by: 'US2',
    summary_status: 'completed',
    summary: ['Asked for prices.'],
    next_steps: ['Send a quote.'],
    handled_by_ai_agent: false,
    summary_jobs: [],
  })
  only(updates, 'contact_number', CUSTOMER)
})

t.test('a legacy summary says the same under either name of its type', async (t) => {
  const object = {
    callId: 'AC1',
    status: 'completed',
    summary: ['Asked for prices.'],
    nextSteps: ['Send a quote.'],
  }
  for (const type of ['callSummary', 'call.summary.completed']) {
    const call = only(translate(legacy(type, object)), 'call', 'AC1')
    t.match(known(call), {
      summary_status: 'completed',
      summary: object.summary,
      next_steps: object.nextSteps,
    })
    t.equal(known(call).status, undefined, 'the summary’s status is not the call’s')
  }
})

t.test('a flat summary is its text and then its key points, and knows no next steps', async (t) => {
  const given = flat('summary.ready', {
    callId: 'call_1',
    summaryId: 'sum_1',
    summary: {
      text: 'A call about prices.',
      keyPoints: ['wants a quote', 'in May'],
      sentiment: 'positive',
      priority: 'high',
    },
    processedAt: '2026-04-13T12:05:00Z',
  })
  const call = only(translate(given), 'call', 'call_1')
  t.strictSame(call.at, new Date('2026-04-13T12:05:00Z'))
  t.strictSame(known(call), {
    summary_status: 'completed',
    summary: ['A call about prices.', 'wants a quote', 'in May'],
    summary_sentiment: 'positive',
    summary_priority: 'high',
  })
  const plain = flat('summary.ready', { callId: 'call_1', summary: 'A call about prices.' })
  t.strictSame(fieldsOf(plain, 'call').summary, ['A call about prices.'])
})

t.test('while a summary is being made, empty lists are not its content', async (t) => {
  const unready = summary({ processingStatus: 'in_progress', summary: [], nextSteps: null, jobs: [] })
  t.match(fieldsOf(unready, 'call'), {
    summary_status: 'in-progress',
    summary: undefined,
    next_steps: undefined,
    summary_jobs: undefined,
  })
  const ready = summary({ summary: [], nextSteps: [] })
  t.match(fieldsOf(ready, 'call'), { summary: [], next_steps: [], summary_jobs: [] })
  const silent = summary({ processingStatus: null, summary: null, nextSteps: null, jobs: null })
  t.equal(fieldsOf(silent, 'call').summary_status, undefined)
})

t.test('jobs are kept as the provider shapes them, cleaned', async (t) => {
  const jobs = [{ icon: '📅', name: 'Booking', result: { data: [{ name: 'day\u0000', value: 'Monday' }] } }]
  t.strictSame(fieldsOf(summary({ jobs }), 'call').summary_jobs, [
    { icon: '📅', name: 'Booking', result: { data: [{ name: 'day', value: 'Monday' }] } },
  ])
})

t.test('a summary without the call’s id is refused with the name of the field', async (t) => {
  t.throws(() => translate(summary({ callId: null })), {
    name: 'PermanentError',
    message: /^data\.resource\.callId: /,
  })
  t.throws(() => translate(legacy('callSummary', {})), { message: /^data\.object\.callId: / })
  t.throws(() => translate(flat('summary.ready', {})), { message: /^data\.callId: / })
})

t.test('fields of wrong types are unknown, not errors', async (t) => {
  const wrong = {
    summary: 5,
    nextSteps: {},
    jobs: 'x',
    handledByAiAgent: 'no',
    processingStatus: [],
    answeredByUserId: {},
  }
  const told = fieldsOf(flat('summary.ready', { callId: 'call_1', ...wrong }), 'call')
  t.strictSame(told, {})
})
