-- What operators look at, in psql and through `npm run ops`. The views read pg-boss's job table, whose
-- columns it documents, so pg-boss's schema is installed before these migrations run.
--
-- The jobs of an event: the first has the event's id; those of replays and the dead letters have ids of
-- their own and name the event in source_root_id. Finished jobs are deleted a day later and dead letters
-- when their event is replayed, so nothing here needs a job to be there.

-- The smallest UUID version 7 of a time, to the millisecond. The ids of events are in the order of their
-- arrival, so a range of time is a range of the primary key; received_at has no index of its own.
create function openphone.uuid_floor(at timestamptz) returns uuid
language sql immutable strict parallel safe
as $$
  select (
    lpad(to_hex(greatest(floor(extract(epoch from at - timestamptz 'epoch') * 1000), 0)::bigint), 12, '0')
    || '7000' || '8000000000000000'
  )::uuid
$$;

-- Events out of attempts or permanently wrong, until they are replayed. The index on failed_at serves
-- `order by failed_at desc limit 50`.
create view openphone.ops_failures as
select
  event.id as event_id,
  event.type,
  event.last_error as error,
  event.attempts,
  event.failed_at,
  date_trunc('second', now() - event.failed_at) as age,
  event.received_at,
  event.provider_event_id,
  -- A column by a subquery costs nothing where it is not asked for.
  (
    select dead.id from pgboss.job as dead
    where dead.name = 'openphone-dead' and dead.source_root_id = event.id
    order by dead.created_on desc
    limit 1
  ) as dead_job_id
from openphone.webhook_event as event
where event.failed_at is not null;

-- What is not finished: per queue and state how many jobs, and for how long the oldest has been there.
-- Every queue has a line for `created`, waiting jobs; in openphone-dead those are the dead letters nobody
-- has acted on. `retry` waits for its next attempt, `active` is being worked on.
create view openphone.ops_backlog as
select
  queue.name as queue,
  coalesce(job.state, 'created') as state,
  coalesce(job.jobs, 0) as jobs,
  date_trunc('second', now() - job.oldest) as oldest_age
from pgboss.queue as queue
left join (
  select name, state::text as state, count(*) as jobs, min(created_on) as oldest
  from pgboss.job
  where state in ('created', 'retry', 'active')
  group by name, state
) as job on job.name = queue.name
where queue.name not like '\_\_pgboss%';

-- What happened in each of the last 24 hours' minutes, the newest first. `received` counts webhooks
-- stored in that minute. The rest is read from the jobs that ended in it, whenever they were made, and a
-- replay counts again: `processed` ended well (ignored types too), `failed` finally did not; the lag is
-- from making a job, with its webhook or by a replay, to its end. pg-boss keeps finished jobs for these
-- 24 hours.
--
-- Each minute is a small range of two indexes, so `where minute > …` costs what it asks for.
create view openphone.ops_throughput as
select
  minute,
  arrived.received,
  ended.processed,
  ended.failed,
  ended.lag_p50_seconds,
  ended.lag_p99_seconds
from generate_series(
  date_trunc('minute', now()),
  date_trunc('minute', now()) - interval '23 hours 59 minutes',
  interval '-1 minute'
) as minute
cross join lateral (
  select count(*) as received
  from openphone.webhook_event as event
  where event.id >= openphone.uuid_floor(minute)
    and event.id < openphone.uuid_floor(minute + interval '1 minute')
) as arrived
cross join lateral (
  select
    count(*) filter (where state = 'completed') as processed,
    count(*) filter (where state = 'failed') as failed,
    round(percentile_cont(0.5) within group (order by extract(epoch from completed_on - created_on)::float8)
      filter (where state = 'completed')::numeric, 3)::float8 as lag_p50_seconds,
    round(percentile_cont(0.99) within group (order by extract(epoch from completed_on - created_on)::float8)
      filter (where state = 'completed')::numeric, 3)::float8 as lag_p99_seconds
  from pgboss.job
  where job.name = 'openphone-events'
    and job.completed_on >= minute
    and job.completed_on < minute + interval '1 minute'
) as ended;

-- One event with everything about it: ask `where event_id = '…'`. `jobs` are its first and those of
-- replays, the oldest first, as far as they are kept. A job's `error` is that of its last attempt.
create view openphone.ops_event as
select
  event.id as event_id,
  event.type,
  event.status,
  event.attempts,
  event.last_error as error,
  event.scheme,
  event.api_version,
  event.provider_event_id,
  event.dedupe_key,
  event.occurred_at,
  event.received_at,
  event.processed_at,
  event.failed_at,
  (
    select coalesce(jsonb_agg(jsonb_build_object(
      'id', job.id,
      'state', job.state,
      'retry_count', job.retry_count,
      'retry_limit', job.retry_limit,
      'created_on', job.created_on,
      'start_after', job.start_after,
      'started_on', job.started_on,
      'completed_on', job.completed_on,
      'error', coalesce(job.output ->> 'message', job.output -> 'value' ->> 'message')
    ) order by job.created_on, job.id), '[]')
    from (
      select * from pgboss.job where name = 'openphone-events' and id = event.id
      union all
      select * from pgboss.job where name = 'openphone-events' and source_root_id = event.id
    ) as job
  ) as jobs,
  (
    select jsonb_build_object(
      'id', dead.id,
      'created_on', dead.created_on,
      'source_id', dead.source_id,
      'attempts', dead.source_retry_count + 1,
      'error', coalesce(dead.source_output ->> 'message', dead.source_output -> 'value' ->> 'message')
    )
    from pgboss.job as dead
    where dead.name = 'openphone-dead' and dead.source_root_id = event.id
    order by dead.created_on desc
    limit 1
  ) as dead_letter,
  event.payload
from openphone.webhook_event as event;
