import { Socket } from 'node:net'
import { type ConnectionOptions, checkServerIdentity, type PeerCertificate } from 'node:tls'
import { PrimarySocket, primaryFinder, urlsOfHosts } from './primary.ts'
import { limitSilence } from './silence.ts'

/** How long opening a connection may take, so that a database that is away is told quickly. */
const CONNECT_TIMEOUT_MS = 2_000

/** What `pg` hands to the maker of its stream, as far as it is used here. */
interface StreamConfig {
  ssl?: boolean | ConnectionOptions
}

/**
 * How every connection to the database is opened: options of a `pg` pool or client, or of pg-boss.
 * @param url `postgres://…`; of several hosts (`…@a:5432,b:5432/…`) the one that takes writes is connected to.
 * @param silenceLimitMs see `limitSilence`; 0 for none.
 */
export function connectionOptions(url: string, silenceLimitMs: number) {
  const [first, ...others] = urlsOfHosts(url)
  const urls = [first, ...others]
  const findPrimary = primaryFinder(urls)
  return {
    connectionString: first,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    stream: (config?: StreamConfig): Socket => {
      const socket = others.length === 0 ? new Socket() : new PrimarySocket(findPrimary)
      limitSilence(socket, silenceLimitMs)
      // pg would hold the certificate of any host against the name of the first.
      if (config?.ssl && others.length > 0) config.ssl = acceptingHosts(urls, config.ssl)
      return socket
    },
  }
}

/** TLS options that take a certificate for any of the hosts, unless they say how to check it themselves. */
function acceptingHosts(urls: readonly string[], ssl: true | ConnectionOptions): ConnectionOptions {
  const hosts = urls.map((url) => new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'))
  const checkAny = (_: string, certificate: PeerCertificate) => {
    const errors = hosts.map((host) => checkServerIdentity(host, certificate))
    return errors.includes(undefined) ? undefined : errors[0]
  }
  return { checkServerIdentity: checkAny, ...(ssl === true ? {} : ssl) }
}
