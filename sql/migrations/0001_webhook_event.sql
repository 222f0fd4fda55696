-- Every delivery that was accepted, as received. The row and its pg-boss job are inserted by one
-- statement, so neither exists without the other.

create table openphone.webhook_event (
  -- UUID version 7, made by the receiver: ordered by time, and also the id of the event's first job,
  -- so that pgboss.job joins on it.
  id uuid primary key,
  -- standard:<webhook-id>, else <scheme>:<envelope id>, else <scheme>:sha256:<hash of the body>.
  dedupe_key text collate "C" not null unique,
  type text not null,
  scheme text not null check (scheme in ('standard', 'legacy', 'hex')),
  api_version text,
  provider_event_id text,
  -- When the thing happened, by the envelope; null where it does not say.
  occurred_at timestamptz,
  received_at timestamptz not null default clock_timestamp(),
  -- json, not jsonb: Postgres keeps its text byte for byte, so payload::text is the body as signed.
  -- Beware: ->> raises an error on a value that contains \u0000.
  payload json not null,
  status text not null default 'received' check (status in ('received', 'processed', 'ignored', 'failed')),
  -- Attempts that ran to an end, good or bad, since the event was stored or last replayed.
  attempts integer not null default 0,
  -- The last attempt's error. Kept when a later attempt succeeds: it says what was overcome.
  last_error text,
  processed_at timestamptz,
  -- Set with status 'failed' only. Failures are found through its index and not through one on status:
  -- an index that mentions status would cost every processed event a new entry in every index.
  failed_at timestamptz
) with (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

create index webhook_event_failed_at on openphone.webhook_event (failed_at, id) where failed_at is not null;

-- Operators look events up by the id that the provider names.
create index webhook_event_provider_event_id on openphone.webhook_event (provider_event_id)
  where provider_event_id is not null;
