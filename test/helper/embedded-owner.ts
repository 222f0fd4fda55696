import { pino } from 'pino'
import { startEmbeddedPostgres } from '../../src/db/embedded.ts'

/**
 * A process that runs the embedded server of a folder. Prints one line of JSON, `{ url, notes }` or `{ error }`.
 * `serve`: goes on until SIGTERM or the end of its input, deaf to Ctrl-C. `return`: has nothing more to do. `throw`: fails without a stop.
 */
const [folder = '', mode = 'serve', port] = process.argv.slice(2)

try {
  const log = pino({ level: 'silent' })
  const postgres = await startEmbeddedPostgres({
    dataFolder: folder,
    port: port ? Number(port) : undefined,
    log,
  })
  if (mode === 'serve') {
    // Open as long as the test that started this process is there.
    process.stdin.resume()
    const stop = () => void postgres.stop().then(() => process.stdin.destroy())
    process.stdin.once('end', stop)
    process.once('SIGTERM', stop)
    process.on('SIGINT', () => {})
  }
  console.log(JSON.stringify({ url: postgres.url, notes: postgres.notes }))
} catch (error) {
  if (!(error instanceof Error)) throw error
  console.log(JSON.stringify({ error: `${error.name}: ${error.message}` }))
}
if (mode === 'throw') throw new Error('a bug of the application')
