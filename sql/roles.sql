-- Two roles with no more rights than they need. Run it as the owner of both schemas, the role that migrates,
-- once `npm run migrate` has; again after that does no harm:
--
--   psql "$DATABASE_URL" -f sql/roles.sql
--
-- Then give them to users:
--
--   create role alice login password '…' in role openphone_readonly;
--   create role receiver login password '…' in role openphone_app;
--
-- openphone_readonly may look: at the tables, the views, and `npm run ops -- status`, `failures`, `show`.
-- openphone_app is for the app with AUTO_MIGRATE=false, and for operators who replay, redrive and purge. It
-- may change rows and nothing else; `npm run migrate` goes on being run by the owner.

do $$
declare
  role_name text;
begin
  foreach role_name in array array['openphone_readonly', 'openphone_app'] loop
    if not exists (select from pg_roles where rolname = role_name) then
      execute format('create role %I nologin', role_name);
    end if;
  end loop;
end $$;

grant usage on schema openphone, pgboss to openphone_readonly, openphone_app;

grant select on all tables in schema openphone, pgboss to openphone_readonly;
alter default privileges in schema openphone grant select on tables to openphone_readonly;
alter default privileges in schema pgboss grant select on tables to openphone_readonly;

grant select, insert, update, delete on all tables in schema openphone, pgboss to openphone_app;
alter default privileges in schema openphone grant select, insert, update, delete on tables to openphone_app;
alter default privileges in schema pgboss grant select, insert, update, delete on tables to openphone_app;
revoke insert, update, delete on openphone.kysely_migration, openphone.kysely_migration_lock from openphone_app;

-- The app keeps the planner's picture of a growing queue true by ANALYZE. Before PostgreSQL 17 only the
-- owner may; the app then logs queue_statistics_failed, and autovacuum does it a little later.
do $$
begin
  if current_setting('server_version_num')::int >= 170000 then
    execute 'grant maintain on all tables in schema pgboss to openphone_app';
    execute 'alter default privileges in schema pgboss grant maintain on tables to openphone_app';
  end if;
end $$;
