import { upsertCalls } from '../../src/tables/call.ts'
import { upsertContactNumbers } from '../../src/tables/contact-number.ts'
import { upsertContactProfiles } from '../../src/tables/contact-profile.ts'
import { upsertMessages } from '../../src/tables/message.ts'
import { upsertTasks } from '../../src/tables/task.ts'
import { upsertVoicemails } from '../../src/tables/voicemail.ts'
import type {
  CallFields,
  ContactNumberFields,
  ContactProfileFields,
  MessageFields,
  TaskFields,
  VoicemailFields,
} from '../../src/vocabulary/updates.ts'
import { prepareTestDatabase } from '../db/prepared.ts'
import t from '../helper/tap.ts'

/** The n-th minute of an hour. */
const minute = (n: number) => new Date(Date.UTC(2026, 4, 1, 12, n, 0, 123))

const message: MessageFields = {
  direction: 'incoming',
  status: 'received',
  error_code: '30007',
  error_message: 'Filtered',
  from_number: '+15555550101',
  to_numbers: ['+15555550199', '+15555550198'],
  body: 'Hello 👋\n"quoted"',
  media: [{ url: 'https://example.com/a.jpg', type: 'image/jpeg' }, { url: 'https://example.com/b' }],
  contact_phone: '+15555550101',
  contact_ids: ['CT1'],
  conversation_id: 'CN1',
  phone_number_id: 'PN1',
  user_id: 'US1',
  org_id: 'OR1',
  deep_link: 'https://example.com/m',
  created_at: minute(1),
  delivered_at: minute(2),
  failed_at: minute(3),
}

const call: CallFields = {
  direction: 'outgoing',
  status: 'answered',
  duration_seconds: 61.5,
  from_number: '+15555550199',
  to_number: '+15555550101',
  workspace_participants: ['+15555550199'],
  external_participants: [],
  contact_phone: '+15555550101',
  contact_ids: [],
  conversation_id: 'CN1',
  phone_number_id: 'PN1',
  phone_number_type: 'shared',
  user_id: 'US1',
  org_id: 'OR1',
  initiated_by: 'US1',
  answered_by: 'US2',
  deep_link: 'https://example.com/c',
  created_at: minute(1),
  answered_at: minute(2),
  completed_at: minute(3),
  missed_at: minute(4),
  forwarded_from: '+15555550197',
  forwarded_to: '+15555550196',
  menu_selection: '1',
  menu_selection_name: 'Sales',
  menu_status_reason: 'selected',
  has_voicemail: false,
  recordings: [{ id: 'RE1', url: 'https://example.com/r', duration_seconds: 60 }],
  summary_status: 'completed',
  summary: ['They talked.'],
  next_steps: ['Call back', 'Send an offer'],
  handled_by_ai_agent: true,
  summary_jobs: [{ name: 'Booking', result: { data: [{ name: 'day', value: null }] } }],
  summary_sentiment: 'positive',
  summary_priority: 'high',
  transcript_status: 'in-progress',
  transcript: 'Ann: Hello',
  transcript_dialogue: [{ identifier: '+15555550101', content: 'Hello', start_seconds: 0.5 }],
  transcript_confidence: 0.97,
  transcript_language: 'en',
}

const voicemail: VoicemailFields = {
  voicemail_id: 'VM1',
  call_id: 'AC1',
  direction: 'incoming',
  from_number: '+15555550101',
  to_number: '+15555550199',
  contact_phone: '+15555550101',
  duration_seconds: 12,
  transcript: 'Please call back',
  transcript_confidence: 0.5,
  recording_id: 'RE1',
  recording_url: 'https://example.com/v',
  recording_type: 'audio/mpeg',
  conversation_id: 'CN1',
  phone_number_id: 'PN1',
  user_id: 'US1',
  org_id: 'OR1',
  received_at: minute(1),
}

const task: TaskFields = {
  title: 'Call back',
  description: '',
  due_date: '2026-05-02',
  status: 'open',
  is_overdue: false,
  assigned_to: 'US1',
  is_linked: true,
  actor_id: 'US2',
  org_id: 'OR1',
  phone_number_id: 'PN1',
  conversation_id: 'CN1',
  activity_id: 'AC1',
  phone_number_group_id: 'PG1',
  created_at: minute(1),
  completed_at: minute(2),
  deleted_at: null,
}

const contactNumber: ContactNumberFields = { provider_contact_id: 'CT1', name: 'Ann' }

const contactProfile: ContactProfileFields = {
  first_name: 'Ann',
  last_name: 'Lee',
  company: 'Lee & Co',
  role: 'Owner',
  location: 'Berlin',
  source: 'import',
  external_id: '7',
  picture_url: 'https://example.com/p',
  phone_numbers: ['+15555550101'],
  emails: ['ann@example.com', 'a@example.com'],
  custom_fields: [{ name: 'Vip', type: 'boolean', value: true }],
  notes: [{ text: 'Likes tea', nested: [1, { a: null }] }, 'plain'],
  shared_with: ['US1'],
  user_id: 'US1',
  org_id: 'OR1',
  created_at: minute(1),
  updated_at: minute(2),
  deleted_at: minute(3),
}

t.test('every value that an update can carry is read as it was written', async (t) => {
  const { db } = await prepareTestDatabase(t)
  const at = minute(9)
  await db.transaction().execute(async (trx) => {
    await upsertMessages([{ kind: 'message', id: 'AC1', at, fields: message }]).execute(trx)
    await upsertCalls([{ kind: 'call', id: 'AC1', at, fields: call }]).execute(trx)
    await upsertVoicemails([{ kind: 'voicemail', id: 'AC1', at, fields: voicemail }]).execute(trx)
    await upsertTasks([{ kind: 'task', id: 'TK1', at, fields: task }]).execute(trx)
    await upsertContactNumbers([{ kind: 'contact_number', id: '+1', at, fields: contactNumber }]).execute(trx)
    await upsertContactProfiles([{ kind: 'contact_profile', id: 'CT1', at, fields: contactProfile }]).execute(
      trx,
    )
  })
  const written = {
    message,
    call,
    voicemail,
    task,
    contact_number: contactNumber,
    contact_profile: contactProfile,
  }
  for (const [table, fields] of Object.entries(written)) {
    await t.test(table, async (t) => {
      const { id, stamps, ...row } = await db
        // Object.entries forgets which names the keys are.
        .selectFrom(table as keyof typeof written)
        .selectAll()
        .executeTakeFirstOrThrow()
      t.strictSame(row, fields)
      t.ok(id && stamps)
    })
  }
})
