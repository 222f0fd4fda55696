import { runOn } from './pair.ts'

/** Makes the database refuse the messages of refused parcels, and those of late ones at the first attempt. */
export async function refuse(databaseUrl: string): Promise<void> {
  await runOn(
    databaseUrl,
    `create function openphone.refuse() returns trigger language plpgsql as $$
    begin
      if new.body like 'A refused %' or new.body like 'A late %' and exists (
        select from openphone.webhook_event
        where dedupe_key = 'standard:msg_' || substr(new.id, 3) and attempts = 0
      ) then
        raise exception 'refused';
      end if;
      return new;
    end $$;
    create trigger refuse before insert or update on openphone.message
    for each row execute function openphone.refuse()`,
  )
}
