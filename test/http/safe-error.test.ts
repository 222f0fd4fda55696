import { PermanentError } from '../../src/errors.ts'
import { safeError } from '../../src/safe-error.ts'
import t from '../helper/tap.ts'

function databaseError(fields: Record<string, string>) {
  return Object.assign(new Error('duplicate key: +15550100'), { code: '23505', severity: 'ERROR', ...fields })
}

t.test('a database error keeps what names it and loses what quotes rows', async (t) => {
  const error = databaseError({
    schema: 'openphone',
    table: 'contact',
    constraint: 'contact_phone_number_key',
    routine: '_bt_check_unique',
    detail: 'Key (phone_number)=(+15550100) already exists.',
    hint: '+15550100',
    where: '+15550100',
  })
  const safe = safeError(error)
  t.match(safe, {
    name: 'Error',
    code: '23505',
    severity: 'ERROR',
    schema: 'openphone',
    table: 'contact',
    constraint: 'contact_phone_number_key',
    routine: '_bt_check_unique',
    stack: [/^at /],
  })
  t.notMatch(JSON.stringify(safe), /15550100/)
})

t.test('a database error as a cause is held to the same', async (t) => {
  const safe = safeError(new PermanentError('no id', { cause: databaseError({}) }))
  t.match(safe, { name: 'PermanentError', message: 'no id', cause: { code: '23505' } })
  t.notMatch(JSON.stringify(safe), /15550100/)
})

t.test('messages that the engine or Node make from values are left out, the frames stay', async (t) => {
  const failures = [
    () => JSON.parse('+15550100'),
    () => 'x' in ('+15550100' as never),
    () => Buffer.from(15550100 as never),
    () => new URL('+15550100'),
    () => BigInt('+15550100x'),
  ]
  for (const fail of failures) {
    try {
      fail()
      t.fail('should have thrown')
    } catch (error) {
      const safe = safeError(error)
      t.notMatch(JSON.stringify(safe), /15550100/)
      t.match(safe, { name: /Error$/, stack: [/^at /] })
    }
  }
})

t.test('an error of the network keeps its message', async (t) => {
  const error = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })
  t.match(safeError(error), { message: 'connect ECONNREFUSED 127.0.0.1:1', code: 'ECONNREFUSED' })
})

t.test('a cause of itself and a thrown text do no harm', async (t) => {
  const error = new Error('a')
  error.cause = error
  t.match(safeError(error), { name: 'Error', cause: { name: 'Error' } })
  t.same(safeError('+15550100'), { name: 'thrown string' })
})
