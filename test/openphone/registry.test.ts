import { translators } from '../../src/openphone/index.ts'
import { documentedTypes } from '../helper/documented-types.ts'
import t from '../helper/tap.ts'

t.test('every documented type of every generation has a translator, and no other', async (t) => {
  t.strictSame([...translators.keys()].sort(), Object.keys(documentedTypes).sort())
  for (const type of ['integration.created', 'call.invented', '__proto__', 'constructor'])
    t.notOk(translators.has(type))
})
