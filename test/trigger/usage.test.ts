import t from '../helper/tap.ts'
import { runTrigger } from './command.ts'
import { allSecrets } from './receiver.ts'

const env = { OPENPHONE_SIGNING_SECRETS: allSecrets }

/** What is typed, and what the error says. */
const mistakes: Record<string, { args: string[]; says: string | RegExp }> = {
  'no event is named': { args: [], says: 'Which event?' },
  'the type is misspelt': { args: ['mesage.recieved'], says: 'Did you mean message.received?' },
  'the scenario is misspelt': { args: ['task-live'], says: 'Did you mean task-life?' },
  'the name is like none': { args: ['xyzzy'], says: /no event type or scenario "xyzzy"\. "npm run.*--list"/ },
  'the type has no such shape': {
    args: ['call.answered', '--shape', 'flat'],
    says: 'call.answered is not sent as flat. It is there as: current.',
  },
  'the type has no such version': {
    args: ['message.received', '--version', 'v9'],
    says: 'It is there as: current, legacy v1, legacy v2, legacy v3, legacy v4, flat.',
  },
  'the scenario has no such shape': {
    args: ['task-life', '--shape', 'legacy'],
    says: 'task-life is not sent as legacy. It is there as: current.',
  },
  'there is no such shape': { args: ['message.received', '--shape', 'round'], says: 'current, legacy, flat' },
  'the count is none': { args: ['message.received', '--count', '0'], says: 'a whole number from 1' },
  'the rate is none': { args: ['message.received', '--rate', 'fast'], says: 'a positive number' },
  'the option is unknown': { args: ['message.received', '--fast'], says: "unknown option '--fast'" },
  'the override has no value': { args: ['message.received', '--set', 'data'], says: 'path=value' },
  'the override reaches into a text': {
    args: ['message.received', '--set', 'data.resource.text.length=5'],
    says: '"text" holds no fields in message.received',
  },
  'the override reaches for a prototype': {
    args: ['message.received', '--set', 'data.__proto__.x=5'],
    says: 'path=value',
  },
  'the address is none': { args: ['message.received', '--url', 'localhost:3000'], says: 'http or https' },
}

for (const [mistake, { args, says }] of Object.entries(mistakes)) {
  t.test(`when ${mistake}, nothing is sent and the error says what to type`, async (t) => {
    const { code, stdout, stderr } = await runTrigger(args, { env })
    t.equal(code, 2)
    t.equal(stdout, '')
    t.match(stderr, says)
  })
}

t.test('a server on any free port has to be named', async (t) => {
  const { code, stderr } = await runTrigger(['message.received'], { env: { ...env, PORT: '0' } })
  t.equal(code, 2)
  t.match(stderr, 'PORT=0 does not say where the server listens')
})
