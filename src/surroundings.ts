import type { Config } from './config.ts'
import type { DevSecrets } from './dev-secrets.ts'
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
  const { joinEmbeddedPostgres, startEmbeddedPostgres } = await import('./db/embedded.ts')
  const { loadDevSecrets } = await import('./dev-secrets.ts')
  const secrets = secretsFor(config, loadDevSecrets(DATA_FOLDER))
  if (config.role !== 'all') {
    const { url } = joinEmbeddedPostgres(DATA_FOLDER)
    return { ...secrets, databaseUrl: url, embedded: true, lost: never, close: async () => {} }
  }
  const server = await startEmbeddedPostgres({
    dataFolder: DATA_FOLDER,
    port: config.embeddedPostgresPort,
    log,
  })
  return {
    ...secrets,
    databaseUrl: server.url,
    embedded: true,
    lost: server.exited.then((reason) => {
      throw new StartupError(reason)
    }),
    close: () => server.stop(),
  }
}

/** Secrets that are set go before those made for development. */
function secretsFor(config: Config, made: DevSecrets): Pick<Surroundings, 'signingSecrets' | 'opsToken'> {
  return {
    signingSecrets: config.signingSecrets.length > 0 ? config.signingSecrets : made.signingSecrets,
    opsToken: config.opsToken ?? made.opsToken,
  }
}
