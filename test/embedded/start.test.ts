import t from '../helper/tap.ts'
import { query, start, temporaryFolder, withoutPort } from './folder.ts'

const shared = await temporaryFolder(t)

t.test('the first start makes a database and the second finds what was written', async (t) => {
  const first = await start(t, shared)
  await query(first.url, 'create table kept as select 1 as one')
  await first.stop()
  const second = await start(t, shared)

  t.strictSame(await query(second.url, 'select * from kept'), [{ one: 1 }])
  t.strictSame(withoutPort(second.notes), [])
})

t.test(
  'it is durable, speaks UTF-8 and lets in only those who know the password, from this machine',
  async (t) => {
    const { url, port } = await start(t, shared)
    const [settings] = await query(
      url,
      `select current_setting('fsync') fsync, current_setting('synchronous_commit') "synchronousCommit",
      current_setting('full_page_writes') "fullPageWrites", current_setting('server_encoding') encoding,
      current_setting('listen_addresses') addresses, current_setting('unix_socket_directories') sockets,
      current_setting('TimeZone') zone, lower('ÄÖ') lower, left(rolpassword, 14) password
      from pg_authid where rolname = current_user`,
    )
    t.strictSame(settings, {
      fsync: 'on',
      synchronousCommit: 'on',
      fullPageWrites: 'on',
      encoding: 'UTF8',
      addresses: '127.0.0.1',
      sockets: '',
      zone: 'UTC',
      lower: 'äö',
      password: 'SCRAM-SHA-256$',
    })
    await t.rejects(query(`postgres://postgres:wrong@127.0.0.1:${port}/postgres`, 'select 1'), {
      code: '28P01',
    })
  },
)
