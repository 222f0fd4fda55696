import { createTestDatabase } from '../helper/postgres.ts'
import t from '../helper/tap.ts'
import { testPool } from './prepared.ts'

t.test('the database ends a transaction whose client has gone silent, and frees its locks', async (t) => {
  const pool = testPool(t, await createTestDatabase(t))
  const { rows } = await pool.query('show idle_in_transaction_session_timeout')
  t.same(rows, [{ idle_in_transaction_session_timeout: '15s' }])
})
