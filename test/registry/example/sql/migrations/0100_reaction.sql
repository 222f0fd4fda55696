-- Reactions to messages. Settled text collates "C", so that Postgres orders it as the code does.
create table openphone.reaction (
  id text collate "C" primary key,
  message_id text collate "C",
  from_number text collate "C",
  emoji text,
  created_at timestamptz,
  stamps jsonb not null default '{}'
) with (fillfactor = 85);
create index reaction_message_id on openphone.reaction (message_id, created_at);
