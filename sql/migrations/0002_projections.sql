-- The rows that events turn into. One row per object of the provider, no foreign keys: events come in
-- any order, and a transcript may be here before its call.
--
-- The final rows depend only on the set of events. Each column merges by a rule (src/tables, one list
-- per table):
--   settled   never changes in truth; of two known values the greater one stays
--   latest    the later object time wins, then the more advanced state, then a hash of the content
--   furthest  the more advanced state wins, then the later time, then a hash of the content
-- `stamps` holds, for each latest and furthest column, what its value was judged by, as text that sorts.
-- A value that is known is never replaced by one that is not.
--
-- Settled text collates "C" so that greatest() orders it as the code does.

create table openphone.message (
  id text collate "C" primary key,
  direction text collate "C" check (direction in ('incoming', 'outgoing')),
  status text,
  error_code text,
  error_message text,
  from_number text collate "C",
  to_numbers text[],
  body text,
  media jsonb,
  contact_phone text collate "C",
  contact_ids text[],
  conversation_id text collate "C",
  phone_number_id text collate "C",
  user_id text,
  org_id text collate "C",
  deep_link text,
  created_at timestamptz,
  delivered_at timestamptz,
  failed_at timestamptz,
  stamps jsonb not null default '{}'
) with (fillfactor = 85);
create index message_contact_phone on openphone.message (contact_phone, created_at);
create index message_conversation_id on openphone.message (conversation_id, created_at);

create table openphone.call (
  id text collate "C" primary key,
  direction text collate "C" check (direction in ('incoming', 'outgoing')),
  status text,
  duration_seconds double precision,
  from_number text,
  to_number text,
  workspace_participants text[],
  external_participants text[],
  contact_phone text collate "C",
  contact_ids text[],
  conversation_id text collate "C",
  phone_number_id text collate "C",
  phone_number_type text,
  user_id text,
  org_id text collate "C",
  initiated_by text,
  answered_by text,
  deep_link text,
  created_at timestamptz,
  answered_at timestamptz,
  completed_at timestamptz,
  missed_at timestamptz,
  forwarded_from text,
  forwarded_to text,
  menu_selection text,
  menu_selection_name text,
  menu_status_reason text,
  has_voicemail boolean,
  recordings jsonb,
  summary_status text,
  summary text[],
  next_steps text[],
  handled_by_ai_agent boolean,
  summary_jobs jsonb,
  summary_sentiment text,
  summary_priority text,
  transcript_status text,
  transcript text,
  transcript_dialogue jsonb,
  transcript_confidence double precision,
  transcript_language text,
  stamps jsonb not null default '{}'
) with (fillfactor = 85);
create index call_contact_phone on openphone.call (contact_phone, created_at);
create index call_conversation_id on openphone.call (conversation_id, created_at);

create table openphone.voicemail (
  id text collate "C" primary key,
  voicemail_id text collate "C",
  call_id text collate "C",
  direction text collate "C" check (direction in ('incoming', 'outgoing')),
  from_number text,
  to_number text,
  contact_phone text collate "C",
  duration_seconds double precision,
  transcript text,
  transcript_confidence double precision,
  recording_id text,
  recording_url text,
  recording_type text,
  conversation_id text collate "C",
  phone_number_id text collate "C",
  user_id text,
  org_id text collate "C",
  received_at timestamptz,
  stamps jsonb not null default '{}'
) with (fillfactor = 85);
create index voicemail_contact_phone on openphone.voicemail (contact_phone, received_at);
create index voicemail_call_id on openphone.voicemail (call_id);

create table openphone.task (
  id text collate "C" primary key,
  title text,
  description text,
  due_date text,
  status text,
  is_overdue boolean,
  assigned_to text,
  is_linked boolean,
  actor_id text,
  org_id text collate "C",
  phone_number_id text,
  conversation_id text,
  activity_id text,
  phone_number_group_id text,
  created_at timestamptz,
  completed_at timestamptz,
  deleted_at timestamptz,
  stamps jsonb not null default '{}'
) with (fillfactor = 85);
