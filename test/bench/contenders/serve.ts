import { type Config, loadConfig } from '../../../src/config.ts'
import { registry } from '../../../src/events/index.ts'
import { buildServer } from '../../../src/http/server.ts'
import { createLog, type Log } from '../../../src/log.ts'
import { createMetrics } from '../../../src/metrics.ts'
import type { Outbox } from '../../../src/outbox/outbox.ts'
import { groupKeys, parseSigningSecret } from '../../../src/webhook/secrets.ts'

export interface Contender {
  readonly outbox: Outbox
  close(): Promise<void>
}

/** The application's own HTTP server, settings and log, with another outbox in it. Ends at SIGTERM. */
export async function serve(open: (config: Config, log: Log) => Promise<Contender>): Promise<void> {
  const config = loadConfig(process.env)
  const { log, flush } = createLog(config.logLevel, config.role)
  const { outbox, close } = await open(config, log)
  const server = buildServer({
    config,
    keys: groupKeys(config.signingSecrets.map(parseSigningSecret)),
    outbox,
    checks: {},
    log,
    metrics: createMetrics(registry.translators.keys()),
  })
  const url = await server.listen({ host: config.host, port: config.port })
  log.info({ event: 'started', url })
  process.once('SIGTERM', async () => {
    await server.close()
    await close()
    flush()
    process.exit(0)
  })
}
