-- Contacts come from two sources that may arrive in any order: numbers that wrote or called, and the
-- provider's contact objects, which list numbers, change them, share them and are deleted. Each source
-- has a table of its own that merges like the other projections; who belongs to a number is worked out
-- when it is asked for. So a name that comes later shows up at once, and nothing is rewritten or lost
-- when a number turns out to belong to somebody known.

create table openphone.contact_number (
  -- The number, E.164.
  id text collate "C" primary key,
  -- What payloads about this number say of its owner, where they do.
  provider_contact_id text collate "C",
  name text,
  stamps jsonb not null default '{}'
) with (fillfactor = 85);

create table openphone.contact_profile (
  -- The provider's contact id.
  id text collate "C" primary key,
  first_name text,
  last_name text,
  company text,
  role text,
  location text,
  source text,
  external_id text,
  picture_url text,
  phone_numbers text[],
  emails text[],
  custom_fields jsonb,
  notes jsonb,
  shared_with text[],
  user_id text,
  org_id text collate "C",
  created_at timestamptz,
  updated_at timestamptz,
  deleted_at timestamptz,
  stamps jsonb not null default '{}'
) with (fillfactor = 85);
create index contact_profile_phone_numbers on openphone.contact_profile using gin (phone_numbers);

-- One row per known number, and one per profile without any. Of several profiles that list one number the
-- row shows one; the others are in contact_profile. A profile that lists the number describes
-- it: one that is not deleted first, then the one updated last. Without such a profile, the one that a
-- message or call named for the number; without that, what was said of the number itself.
create view openphone.contact as
select
  number.id as id,
  number.id as phone_number,
  coalesce(profile.id, number.provider_contact_id) as provider_contact_id,
  coalesce(nullif(concat_ws(' ', profile.first_name, profile.last_name), ''), number.name) as name,
  profile.first_name, profile.last_name, profile.company, profile.role, profile.location, profile.source,
  profile.external_id, profile.picture_url, profile.phone_numbers, profile.emails, profile.custom_fields,
  profile.notes, profile.shared_with, profile.user_id, profile.org_id, profile.created_at,
  profile.updated_at, profile.deleted_at
from openphone.contact_number as number
left join lateral (
  select * from (
    (select 1 as rank, p.* from openphone.contact_profile p where p.phone_numbers @> array[number.id])
    union all
    (select 2 as rank, p.* from openphone.contact_profile p where p.id = number.provider_contact_id)
  ) candidate
  order by (deleted_at is null) desc, rank, updated_at desc nulls last, id collate "C"
  limit 1
) as profile on true
union all
select
  profile.id, null, profile.id,
  nullif(concat_ws(' ', profile.first_name, profile.last_name), ''),
  profile.first_name, profile.last_name, profile.company, profile.role, profile.location, profile.source,
  profile.external_id, profile.picture_url, profile.phone_numbers, profile.emails, profile.custom_fields,
  profile.notes, profile.shared_with, profile.user_id, profile.org_id, profile.created_at,
  profile.updated_at, profile.deleted_at
from openphone.contact_profile as profile
where coalesce(cardinality(profile.phone_numbers), 0) = 0
  -- Nor the one that a number above is described by.
  and not exists (
    select from openphone.contact_number n
    where n.provider_contact_id = profile.id
      and not exists (
        select from openphone.contact_profile other
        where other.phone_numbers @> array[n.id]
          and (other.deleted_at is null or profile.deleted_at is not null)
      )
  );
