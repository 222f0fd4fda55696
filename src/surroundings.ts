import type { Config } from './config.ts'
import { StartupError } from './errors.ts'
import type { Log } from './log.ts'

/** Where a process without `DATABASE_URL` keeps its database and secrets, below the current folder. */
export const DATA_FOLDER = '.data'

/** What the process works with: given by its settings, or brought along for development. */
export interface Surroundings {
  readonly databaseUrl: string
  /** As in `OPENPHONE_SIGNING_SECRETS`, one each. */
  readonly signingSecrets: readonly string[]
  readonly opsToken: string | undefined
  /** Whether the database is the embedded one. */
  readonly embedded: boolean
  /** Rejects when the embedded server ends by itself; never settles otherwise. */
  readonly lost: Promise<never>
  close(): Promise<void>
}

/**
 * Finds the database and the secrets. Without `DATABASE_URL` the role `all` starts an embedded PostgreSQL
 * of its own; the other roles join the one that such a process runs. Its code is loaded only then.
 * @throws StartupError saying what to do.
 */
export async function findSurroundings(config: Config, log: Log): Promise<Surroundings> {
  const never = new Promise<never>(() => {})
  if (config.databaseUrl !== undefined) {
    const { databaseUrl, signingSecrets, opsToken } = config
    return { databaseUrl, signingSecrets, opsToken, embedded: false, lost: never, close: async () => {} }
  }
  const { findEmbeddedPostgres, startEmbeddedPostgres } = await import('./db/embedded.ts')
  const { loadDevSecrets } = await import('./dev-secrets.ts')
  const secrets = loadDevSecrets(DATA_FOLDER)
  const signingSecrets = config.signingSecrets.length > 0 ? config.signingSecrets : secrets.signingSecrets
  const opsToken = config.opsToken ?? secrets.opsToken
  if (config.role !== 'all') {
    const running = findEmbeddedPostgres(DATA_FOLDER)
    if (running === undefined) {
      throw new StartupError(
        `ROLE=${config.role} needs a database: set DATABASE_URL, or start \`npm start\` first and share its embedded one.`,
      )
    }
    return {
      databaseUrl: running.url,
      signingSecrets,
      opsToken,
      embedded: true,
      lost: never,
      close: async () => {},
    }
  }
  const server = await startEmbeddedPostgres({
    dataFolder: DATA_FOLDER,
    log,
    ...(config.embeddedPostgresPort !== undefined && { port: config.embeddedPostgresPort }),
  })
  for (const note of server.notes) log.info({ event: 'embedded_postgres', note })
  return {
    databaseUrl: server.url,
    signingSecrets,
    opsToken,
    embedded: true,
    lost: server.exited.then((lastLines) => {
      throw new StartupError(`The embedded PostgreSQL server ended by itself. Its last words:\n${lastLines}`)
    }),
    close: () => server.stop(),
  }
}
