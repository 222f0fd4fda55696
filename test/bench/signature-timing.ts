import { randomBytes, randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { sign as signHex } from '../../src/webhook/hex.ts'
import { sign as signLegacy } from '../../src/webhook/legacy.ts'
import { groupKeys, parseSigningSecret, type Scheme } from '../../src/webhook/secrets.ts'
import { sign as signStandard } from '../../src/webhook/standard.ts'
import { SignatureError, verify } from '../../src/webhook/verify.ts'
import { messageBodies } from './events/messages.ts'
import { percentile } from './statistics.ts'

// Whether the time it takes to refuse a signature tells how much of it is right:
//
//   node test/bench/signature-timing.ts [--rounds 40000]
//
// Signatures that are wrong from the first, a middle or the last byte of the digest on are refused in turn, in an
// order that changes at random, and so are two groups that differ in nothing, whose difference is the measurement's
// own error.

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '40000' } } })
const ROUNDS = Number(values.rounds)
const WARM_UP_ROUNDS = ROUNDS / 10
const BATCH = 20

const secrets = {
  standard: `whsec_${randomBytes(24).toString('base64')}`,
  legacy: randomBytes(32).toString('base64'),
  hex: `hex:${randomBytes(16).toString('hex')}`,
}
const keys = groupKeys(Object.values(secrets).map(parseSigningSecret))
const body = messageBodies(1).next().value ?? Buffer.from('{}')
const timestamp = new Date()

/** Where the first wrong byte of the digest is; the same place twice, to tell what is noise. */
const GROUPS = { 'byte 1': 0, 'byte 1 again': 0, 'byte 16': 15, 'byte 32': 31 }

function headersOf(scheme: Scheme): Record<string, string> {
  const { key } = parseSigningSecret(secrets[scheme])
  if (scheme === 'standard') return signStandard({ key, id: 'msg_timing', timestamp, body })
  return scheme === 'legacy' ? signLegacy({ key, timestamp, body }) : signHex({ key, body })
}

/** The headers with every byte of the digest wrong from `firstWrong` on. */
function spoilt(scheme: Scheme, firstWrong: number): Record<string, string> {
  const entries = Object.entries(headersOf(scheme)).map(([name, value]) => {
    if (!name.endsWith('signature')) return [name, value]
    const [, before = '', digest = ''] = /^(.*[,;=]|)([0-9a-f]{64}|[\w+/]{43}=)$/.exec(value) ?? []
    const encoding = scheme === 'hex' ? 'hex' : 'base64'
    const bytes = Buffer.from(digest, encoding).map((byte, index) =>
      index < firstWrong ? byte : byte ^ 0x55,
    )
    return [name, before + Buffer.from(bytes).toString(encoding)]
  })
  return Object.fromEntries(entries)
}

function refuse(headers: Record<string, string>): void {
  try {
    verify({ headers, body, keys, toleranceSeconds: 300, now: timestamp.getTime() })
  } catch (error) {
    if (error instanceof SignatureError && error.message.endsWith('does not match.')) return
    throw error
  }
  throw new Error('A wrong signature was accepted')
}

for (const scheme of ['standard', 'legacy', 'hex'] as const) {
  const groups = Object.entries(GROUPS).map(([name, firstWrong]) => ({
    name,
    headers: spoilt(scheme, firstWrong),
    nanoseconds: new Float64Array(ROUNDS),
  }))
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    const first = randomInt(groups.length)
    for (let turn = 0; turn < groups.length; turn += 1) {
      const group = groups[(first + turn) % groups.length]
      if (group === undefined) continue
      const started = process.hrtime.bigint()
      for (let repetition = 0; repetition < BATCH; repetition += 1) refuse(group.headers)
      if (round >= 0) group.nanoseconds[round] = Number(process.hrtime.bigint() - started) / BATCH
    }
  }
  const medians = groups.map(
    ({ name, nanoseconds }) => `${name}: ${Math.round(percentile(nanoseconds, 0.5))} ns`,
  )
  console.log(`${scheme.padEnd(9)} ${medians.join('   ')}`)
}
