import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { registerForms } from './config-forms.ts'
import { StartupError } from './errors.ts'

registerForms()

/** A whole number; `description` says so in the error. */
function integer(minimum: number, maximum: number, fallback: number) {
  return Type.Integer({ minimum, maximum, default: fallback, description: range(minimum, maximum) })
}

function range(minimum: number, maximum: number): string {
  return `a whole number from ${minimum} to ${maximum}`
}

function oneOf<const Names extends readonly string[]>(names: Names, fallback: Names[number]) {
  // TypeBox cannot carry a tuple of literals into a union's static type, so the type is stated here.
  return Type.Unsafe<Names[number]>(
    Type.Union(
      names.map((name) => Type.Literal(name)),
      { default: fallback, description: `one of ${names.join(', ')}` },
    ),
  )
}

const flag = (fallback: boolean) => Type.Boolean({ default: fallback, description: 'true or false' })

const DAY_SECONDS = 86_400
const MEBIBYTE = 1 << 20

/**
 * Every setting. A property is read from the environment variable of the same name in upper snake case
 * (`bodyLimitBytes` from `BODY_LIMIT_BYTES`), except those in `otherNames`. `description` is what is allowed.
 */
const schema = Type.Object({
  /** None: the embedded server. */
  databaseUrl: Type.Optional(
    Type.String({
      format: 'openphone:postgres-url',
      description:
        'a postgres:// or postgresql:// URL; characters such as @ : / ? # % in its password are percent-encoded',
    }),
  ),
  /** None: 54329, or a free one where that is taken. */
  embeddedPostgresPort: Type.Optional(
    Type.Integer({ minimum: 1024, maximum: 65_535, description: range(1024, 65_535) }),
  ),
  host: Type.String({
    pattern: '^[A-Za-z0-9._:%-]+$',
    default: '127.0.0.1',
    description: 'a host name or an address',
  }),
  /** 0: any free port. */
  port: integer(0, 65_535, 3000),
  /** Whose `X-Forwarded-*` headers are believed; as Fastify's `trustProxy`: a number is a count of hops. */
  trustProxy: Type.Union(
    [
      Type.Boolean(),
      Type.Integer({ minimum: 0, maximum: 32 }),
      Type.String({ format: 'openphone:proxy-list' }),
    ],
    {
      default: false,
      description:
        'true, false, a count of hops, or a comma-separated list of addresses, networks (10.0.0.0/8) and the names loopback, linklocal, uniquelocal',
    },
  ),
  role: oneOf(['all', 'ingest', 'worker'], 'all'),
  /** As given: `whsec_<base64>` standard, bare base64 legacy, `hex:<text>` hex. Empty only where none is needed. */
  signingSecrets: Type.Unsafe<readonly string[]>(
    Type.Array(
      Type.String({
        format: 'openphone:signing-secret',
        description:
          'whsec_<base64> or bare <base64> of at least 16 bytes, or hex:<text> of at least 16 characters',
      }),
      { default: [] },
    ),
  ),
  /** How far a signature's time may lie from ours, either way. */
  signatureToleranceSeconds: integer(1, DAY_SECONDS, 300),
  /** Per address; above it, bad signatures are answered 429. */
  badSignaturesPerMinute: integer(1, 1_000_000, 60),
  bodyLimitBytes: integer(1024, 64 * MEBIBYTE, MEBIBYTE),
  /** Webhooks that may wait for their transaction; above it the answer is 503. */
  waitingEventsMax: integer(1, 1_000_000, 4096),
  /** The bodies of those. */
  waitingBytesMax: integer(1024, 4096 * MEBIBYTE, 64 * MEBIBYTE),
  retryLimit: integer(0, 100, 5),
  retryDelaySeconds: integer(1, DAY_SECONDS, 30),
  retryDelayMaxSeconds: integer(1, 30 * DAY_SECONDS, 3600),
  workerBatchSize: integer(1, 10_000, 750),
  workerConcurrency: integer(1, 64, 3),
  databasePoolSize: integer(2, 1000, 10),
  /** Whether workers are woken by LISTEN/NOTIFY; without it they look for jobs every second. */
  listenNotify: flag(true),
  /** Whether the statements of ingest are kept by name. */
  preparedStatements: flag(true),
  /** None: the operator API and page answer 404. */
  opsToken: Type.Optional(
    Type.String({
      pattern: '^[\\x21-\\x7e]{16,}$',
      description: 'at least 16 printable ASCII characters without spaces',
    }),
  ),
  /** At least 2, because a delivery is repeated for 28 hours and its row is what shows it up as a duplicate. */
  retentionDays: integer(2, 36_500, 90),
  /** Whether a starting process runs the pending migrations itself. */
  autoMigrate: flag(true),
  databaseBackend: oneOf(['postgres', 'citus', 'yugabytedb', 'cockroachdb'], 'postgres'),
  logLevel: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'info'),
  shutdownGraceSeconds: integer(1, 3600, 30),
})

/** All settings, checked. Secrets are in `databaseUrl`, `signingSecrets` and `opsToken`: never log those. */
export type Config = Readonly<Static<typeof schema>>

const otherNames = new Map([['signingSecrets', 'OPENPHONE_SIGNING_SECRETS']])

/** The environment variable a property of `Config` is read from. */
function variable(property: string): string {
  return otherNames.get(property) ?? property.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()
}

/**
 * Reads the settings from environment variables. An empty variable counts as not set.
 * @throws StartupError with a line for every problem: the variable and what is allowed, never its value.
 */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  const settings: Record<string, unknown> = {}
  for (const [property, propertySchema] of Object.entries<TSchema>(schema.properties)) {
    const text = env[variable(property)]?.trim()
    const value = text ? parse(text, property, propertySchema) : propertySchema.default
    if (value !== undefined) settings[property] = value
  }
  const problems = [...valueProblems(settings), ...ruleProblems(settings)]
  if (problems.length > 0 || !Value.Check(schema, settings)) {
    throw new StartupError(`The settings cannot be used:\n${problems.join('\n')}`)
  }
  Object.freeze(settings.signingSecrets)
  return Object.freeze(settings)
}

/** A text that is not of the schema's type is left as it is, for the check to reject. */
function parse(text: string, property: string, { type }: TSchema): unknown {
  if (type === 'array') return text.split(',').flatMap((part) => part.trim() || [])
  const isProxy = property === 'trustProxy'
  if ((type === 'integer' || isProxy) && /^\d{1,15}$/.test(text)) return Number(text)
  if ((type === 'boolean' || isProxy) && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return text
}

/** One line per variable that is not what its schema allows; for a list, per entry. */
function valueProblems(settings: Record<string, unknown>): string[] {
  const lines = new Set<string>()
  for (const { path, schema: broken } of Value.Errors(schema, settings)) {
    const [, property = '', entry] = path.split('/')
    const which = entry === undefined ? '' : ` (entry ${Number(entry) + 1})`
    lines.add(`${variable(property)}${which}: must be ${broken.description}`)
  }
  return [...lines]
}

/** What must hold between settings. Comparisons with a value that is not a number are false: it has its own line. */
function ruleProblems(settings: Record<string, unknown>): string[] {
  const { databaseUrl, role, signingSecrets } = settings
  const lines: string[] = []
  const embedded = databaseUrl === undefined
  if (!embedded && role !== 'worker' && Array.isArray(signingSecrets) && signingSecrets.length === 0) {
    lines.push(
      `${variable('signingSecrets')}: at least one secret is needed to receive webhooks when DATABASE_URL is set; several are separated by commas`,
    )
  }
  if (Number(settings.retryDelayMaxSeconds) < Number(settings.retryDelaySeconds)) {
    lines.push('RETRY_DELAY_MAX_SECONDS: must be at least RETRY_DELAY_SECONDS')
  }
  if (Number(settings.waitingBytesMax) < Number(settings.bodyLimitBytes)) {
    lines.push('WAITING_BYTES_MAX: must be at least BODY_LIMIT_BYTES, or the largest body could never wait')
  }
  return lines
}
