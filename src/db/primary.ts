import { Socket } from 'node:net'
import pg from 'pg'

/** How long a host may take to say whether it is the primary. Less than a connection may take in all. */
const PROBE_LIMIT_MS = 1_500

/** Where a server takes connections. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** None of several hosts is a primary that takes connections now. `code` as of Node's own connection errors. */
export class NoPrimaryError extends Error {
  override name = 'NoPrimaryError'
  readonly code = 'ENOPRIMARY'

  constructor(cause: unknown) {
    super('no host of DATABASE_URL is a primary that takes connections', { cause })
  }
}

/** A URL for each host of `postgres://…@a:5432,b:5432/…`, in order. */
export function urlsOfHosts(url: string): [string, ...string[]] {
  const [, before = '', hosts = '', after = ''] = /^([^/]*\/\/(?:[^@/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? []
  const [first, ...others] = hosts.split(',').map((host) => `${before}${host}${after}`)
  return [first ?? url, ...others]
}

/**
 * Finds the host that takes writes, by asking all of them at once; whoever asks meanwhile shares the answer.
 * After a failover it is another, so ask for every connection. Two primaries at a time are the operator's to
 * prevent (fencing): the first to answer would be taken.
 */
export function primaryFinder(urls: readonly string[]): () => Promise<Address> {
  let underWay: Promise<Address> | undefined
  return () => {
    underWay ??= Promise.any(urls.map(probe))
      .catch((error: unknown) => {
        throw new NoPrimaryError(error)
      })
      .finally(() => {
        underWay = undefined
      })
    return underWay
  }
}

/** @throws Error when the host does not answer in time or is a standby. */
async function probe(connectionString: string): Promise<Address> {
  const client = new pg.Client({
    connectionString,
    application_name: 'openphone-probe',
    connectionTimeoutMillis: PROBE_LIMIT_MS,
    query_timeout: PROBE_LIMIT_MS,
  })
  // Lost while it is in use: the statement under way says so too.
  client.on('error', () => {})
  try {
    await client.connect()
    // As libpq's target_session_attrs=read-write asks; a standby says on.
    const { rows } = await client.query<{ transaction_read_only: string }>('show transaction_read_only')
    if (rows[0]?.transaction_read_only !== 'off') throw new Error('the host is read-only')
    return { host: client.host, port: client.port }
  } finally {
    // Not awaited: a host that does not answer would not answer to this either.
    client.end().catch(() => {})
  }
}

/** A socket that connects to the primary, whichever address it is told. */
export class PrimarySocket extends Socket {
  readonly #findPrimary: () => Promise<Address>

  constructor(findPrimary: () => Promise<Address>) {
    super()
    this.#findPrimary = findPrimary
  }

  override connect(): this {
    this.#findPrimary().then(
      ({ host, port }) => {
        if (this.destroyed) return
        if (host.startsWith('/')) super.connect(`${host}/.s.PGSQL.${port}`)
        else super.connect(port, host)
      },
      (error: Error) => this.destroy(error),
    )
    return this
  }
}
