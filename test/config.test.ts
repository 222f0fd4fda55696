import { type Config, loadConfig } from '../src/config.ts'
import { StartupError } from '../src/errors.ts'
import t from './helper/tap.ts'

const standard = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const legacy = 'R2ZLM2o0bFhBNVpyUnU2NG9mYXQ1MHNyR3pvSUhIVVg='
const databaseUrl = 'postgres://app:secret-of-the-database@db.example:5432/openphone'

/** The message of the error these variables cause, a line per problem without the first. */
function problems(env: Record<string, string>): string[] {
  try {
    loadConfig(env)
  } catch (error) {
    if (error instanceof StartupError) return error.message.split('\n').slice(1)
    throw error
  }
  return []
}

t.test('an empty environment gives the documented defaults', async (t) => {
  t.strictSame(loadConfig({}), {
    host: '127.0.0.1',
    port: 3000,
    trustProxy: false,
    role: 'all',
    signingSecrets: [],
    signatureToleranceSeconds: 300,
    badSignaturesPerMinute: 60,
    bodyLimitBytes: 1_048_576,
    waitingEventsMax: 4096,
    waitingBytesMax: 67_108_864,
    retryLimit: 5,
    retryDelaySeconds: 30,
    retryDelayMaxSeconds: 3600,
    workerBatchSize: 750,
    workerConcurrency: 3,
    databasePoolSize: 10,
    listenNotify: true,
    preparedStatements: true,
    retentionDays: 90,
    autoMigrate: true,
    databaseBackend: 'postgres',
    logLevel: 'info',
    shutdownGraceSeconds: 30,
  } satisfies Config)
})

t.test('every variable is read under its own name', async (t) => {
  const env = {
    DATABASE_URL: databaseUrl,
    EMBEDDED_POSTGRES_PORT: '6000',
    HOST: '0.0.0.0',
    PORT: '8080',
    TRUST_PROXY: '10.0.0.0/8, loopback',
    ROLE: 'ingest',
    OPENPHONE_SIGNING_SECRETS: `${standard}, ${legacy},hex:a text of the relay's own,`,
    SIGNATURE_TOLERANCE_SECONDS: '60',
    BAD_SIGNATURES_PER_MINUTE: '5',
    BODY_LIMIT_BYTES: '2048',
    WAITING_EVENTS_MAX: '10',
    WAITING_BYTES_MAX: '4096',
    RETRY_LIMIT: '0',
    RETRY_DELAY_SECONDS: '1',
    RETRY_DELAY_MAX_SECONDS: '2',
    WORKER_BATCH_SIZE: '7',
    WORKER_CONCURRENCY: '3',
    DATABASE_POOL_SIZE: '4',
    LISTEN_NOTIFY: 'false',
    PREPARED_STATEMENTS: 'false',
    OPS_TOKEN: 'sixteen-or-more!',
    RETENTION_DAYS: '2',
    AUTO_MIGRATE: 'false',
    DATABASE_BACKEND: 'citus',
    LOG_LEVEL: 'debug',
    SHUTDOWN_GRACE_SECONDS: '9',
  }
  t.strictSame(loadConfig(env), {
    databaseUrl,
    embeddedPostgresPort: 6000,
    host: '0.0.0.0',
    port: 8080,
    trustProxy: '10.0.0.0/8, loopback',
    role: 'ingest',
    signingSecrets: [standard, legacy, "hex:a text of the relay's own"],
    signatureToleranceSeconds: 60,
    badSignaturesPerMinute: 5,
    bodyLimitBytes: 2048,
    waitingEventsMax: 10,
    waitingBytesMax: 4096,
    retryLimit: 0,
    retryDelaySeconds: 1,
    retryDelayMaxSeconds: 2,
    workerBatchSize: 7,
    workerConcurrency: 3,
    databasePoolSize: 4,
    listenNotify: false,
    preparedStatements: false,
    opsToken: 'sixteen-or-more!',
    retentionDays: 2,
    autoMigrate: false,
    databaseBackend: 'citus',
    logLevel: 'debug',
    shutdownGraceSeconds: 9,
  } satisfies Config)
})

t.test('the value is frozen, its list too', async (t) => {
  const config = loadConfig({ OPENPHONE_SIGNING_SECRETS: standard })
  t.ok(Object.isFrozen(config))
  t.ok(Object.isFrozen(config.signingSecrets))
})

t.test('an empty variable counts as not set and spaces around a value do not count', async (t) => {
  const config = loadConfig({ PORT: '', DATABASE_URL: '  ', OPS_TOKEN: '', ROLE: ' worker\r' })
  t.equal(config.port, 3000)
  t.notOk('databaseUrl' in config)
  t.notOk('opsToken' in config)
  t.equal(config.role, 'worker')
})

t.test('each wrong value is reported with its variable and what is allowed', async (t) => {
  const secrets = { OPENPHONE_SIGNING_SECRETS: standard }
  const table: [Record<string, string>, RegExp][] = [
    [{ PORT: '65536' }, /^PORT: must be a whole number from 0 to 65535$/],
    [{ PORT: '0x50' }, /^PORT: /],
    [{ PORT: '1.5' }, /^PORT: /],
    [{ PORT: '3e3' }, /^PORT: /],
    [{ PORT: '-1' }, /^PORT: /],
    [{ EMBEDDED_POSTGRES_PORT: '80' }, /^EMBEDDED_POSTGRES_PORT: must be a whole number from 1024 to 65535$/],
    [{ HOST: 'two words' }, /^HOST: must be a host name or an address$/],
    [{ TRUST_PROXY: '10.0.0.0/33' }, /^TRUST_PROXY: must be true, false, a count of hops, or /],
    [{ TRUST_PROXY: 'nginx' }, /^TRUST_PROXY: /],
    [{ TRUST_PROXY: '127.0.0.1,' }, /^TRUST_PROXY: /],
    [{ ROLE: 'both' }, /^ROLE: must be one of all, ingest, worker$/],
    [
      { ...secrets, DATABASE_URL: 'mysql://h/db' },
      /^DATABASE_URL: must be a postgres:\/\/ or postgresql:\/\//,
    ],
    [{ ...secrets, DATABASE_URL: 'postgres://u:p@ss@h/db' }, /^DATABASE_URL: .* percent-encoded$/],
    [{ ...secrets, DATABASE_URL: 'postgres://u:100%@h/db' }, /^DATABASE_URL: /],
    [{ ...secrets, DATABASE_URL: 'postgres://h:port/db' }, /^DATABASE_URL: /],
    [{ ...secrets, DATABASE_URL: 'postgres://h1,,h2/db' }, /^DATABASE_URL: /],
    [
      { OPENPHONE_SIGNING_SECRETS: 'whsec_c2hvcnQ=' },
      /^OPENPHONE_SIGNING_SECRETS \(entry 1\): must be whsec_/,
    ],
    [{ OPENPHONE_SIGNING_SECRETS: `${standard},not base64!` }, /^OPENPHONE_SIGNING_SECRETS \(entry 2\): /],
    [{ OPENPHONE_SIGNING_SECRETS: 'hex:fifteen-letters' }, /^OPENPHONE_SIGNING_SECRETS \(entry 1\): /],
    // Cut: the last letter holds bits that no whole byte has.
    [{ OPENPHONE_SIGNING_SECRETS: legacy.slice(0, -2) }, /^OPENPHONE_SIGNING_SECRETS \(entry 1\): /],
    [{ SIGNATURE_TOLERANCE_SECONDS: '0' }, /^SIGNATURE_TOLERANCE_SECONDS: must be a whole number from 1 /],
    [{ BODY_LIMIT_BYTES: '1MB' }, /^BODY_LIMIT_BYTES: must be a whole number from 1024 /],
    [{ WORKER_CONCURRENCY: '0' }, /^WORKER_CONCURRENCY: must be a whole number from 1 to 64$/],
    [{ OPS_TOKEN: 'fifteen-letters' }, /^OPS_TOKEN: must be at least 16 printable ASCII characters/],
    [{ OPS_TOKEN: 'sixteen letters or more' }, /^OPS_TOKEN: .* without spaces$/],
    [{ RETENTION_DAYS: '1' }, /^RETENTION_DAYS: must be a whole number from 2 /],
    [{ AUTO_MIGRATE: 'yes' }, /^AUTO_MIGRATE: must be true or false$/],
    [{ DATABASE_BACKEND: 'mysql' }, /^DATABASE_BACKEND: must be one of postgres, citus, yugabytedb, /],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent$/],
    [
      { RETRY_DELAY_SECONDS: '60', RETRY_DELAY_MAX_SECONDS: '59' },
      /^RETRY_DELAY_MAX_SECONDS: must be at least RETRY_DELAY_SECONDS$/,
    ],
    [
      { BODY_LIMIT_BYTES: '4096', WAITING_BYTES_MAX: '4095' },
      /^WAITING_BYTES_MAX: must be at least BODY_LIMIT_BYTES/,
    ],
    [{ DATABASE_URL: databaseUrl }, /^OPENPHONE_SIGNING_SECRETS: at least one secret is needed/],
    [{ DATABASE_URL: databaseUrl, OPENPHONE_SIGNING_SECRETS: ' , ' }, /^OPENPHONE_SIGNING_SECRETS: at least/],
  ]
  for (const [env, line] of table) t.match(problems(env).join('\n'), line, JSON.stringify(env))
})

t.test('every problem is reported at once, one line each', async (t) => {
  const lines = problems({
    DATABASE_URL: 'mysql://h/db',
    PORT: 'x',
    RETRY_DELAY_SECONDS: '4000',
    OPS_TOKEN: 'short',
    LOG_LEVEL: '!',
  })
  const names = lines.map((line) => line.split(':')[0])
  t.strictSame(names.toSorted(), [
    'DATABASE_URL',
    'LOG_LEVEL',
    'OPENPHONE_SIGNING_SECRETS',
    'OPS_TOKEN',
    'PORT',
    'RETRY_DELAY_MAX_SECONDS',
  ])
})

t.test('no value and no part of one is in the message', async (t) => {
  const message = problems({
    DATABASE_URL: 'postgres://app:pass@word@db.example/openphone',
    OPENPHONE_SIGNING_SECRETS: 'whsec_tooshort,hex:elevenchars,***notbase64***',
    OPS_TOKEN: 'opstoken',
    PORT: 'whsec_wrongplace',
  }).join('\n')
  for (const part of ['pass', 'word', 'tooshort', 'elevenchars', 'notbase64', 'opstoken', 'wrongplace']) {
    t.notMatch(message.replace('in its password', ''), part)
  }
})

t.test('a worker needs no signing secret, and neither does the embedded server', async (t) => {
  t.strictSame(problems({ DATABASE_URL: databaseUrl, ROLE: 'worker' }), [])
  t.strictSame(problems({ ROLE: 'ingest' }), [])
})

t.test('a database URL may name several hosts, an IPv6 address, a socket or options', async (t) => {
  for (const url of [
    'postgres://u:p@h1:5432,h2:5433/db?target_session_attrs=primary',
    'postgresql://u:p%40ss@[::1]:5432/db',
    'postgres:///db?host=/var/run/postgresql',
    'postgres://localhost',
  ]) {
    t.equal(loadConfig({ DATABASE_URL: url, OPENPHONE_SIGNING_SECRETS: standard }).databaseUrl, url)
  }
})

t.test('TRUST_PROXY takes a switch, a count of hops or a list', async (t) => {
  const values: [string, Config['trustProxy']][] = [
    ['true', true],
    ['false', false],
    ['1', 1],
    ['::1/128,192.168.0.0/16', '::1/128,192.168.0.0/16'],
    ['uniquelocal', 'uniquelocal'],
  ]
  for (const [text, value] of values) t.equal(loadConfig({ TRUST_PROXY: text }).trustProxy, value)
})
