import { Socket } from 'node:net'
import pg from 'pg'
import { connectionOptions } from './connection.ts'
import { SilenceError } from './silence.ts'

/** How often a connection in use is looked at. Hardly a statement of a worker takes as long. */
const LOOK_INTERVAL_MS = 500

/** How long the database may take to say what it does for a connection. */
const ASK_LIMIT_MS = 2_000

/** How long a new connection may take for its first answer. */
const FIRST_ANSWER_LIMIT_MS = 2_000

/**
 * On a slower network than this nothing works well. Until it has a whole statement the database does not work on it,
 * and one of a batch of long texts may be on its way for seconds.
 */
const SENT_BYTES_PER_MS_MIN = 1_000

/** A session of the database, told apart from later ones of the same process id, on this server or another. */
interface Session {
  readonly pid: number
  readonly startedAt: string
}

/** Of a pool: called with each new connection, which it may use before the pool does. */
export type OnConnect = (client: pg.ClientBase) => Promise<void>

/**
 * Makes pools give up connections on which the database does not answer although it works on nothing for them: a
 * firewall or another machine on the way has forgotten them, or the database has moved. Nobody is told of that, and
 * the kernel goes on sending for a quarter of an hour. A time limit alone could not be short: the database may take
 * long for good reason, and would be interrupted time and again. So it is asked, by another connection.
 *
 * Not behind a pooler in transaction mode, whose sessions are not the connections', nor for a database of several
 * machines, each of which knows of its own sessions only.
 * @returns the `onConnect` of all pools whose connections take the same way: of a loss, each learns from the first.
 */
export function lossDetector(url: string): OnConnect {
  const connections = new Set<WatchedConnection>()
  const look = async (connection: WatchedConnection) => {
    const silentMs = await connection.lostAfterMs(url)
    if (silentMs === undefined) return
    const error = new SilenceError(silentMs)
    connection.giveUp(error)
    // Those that wait for work took the same way; they would be found out one after another.
    for (const other of connections) if (!other.isWaiting) other.giveUp(error)
  }
  return async (client) => {
    const stream = client instanceof pg.Client ? client.connection.stream : undefined
    if (!(stream instanceof Socket)) return
    const connection = new WatchedConnection(stream)
    connections.add(connection)
    client.on('drain', () => connection.noteAnswered())
    const timer = setInterval(() => void look(connection), LOOK_INTERVAL_MS).unref()
    client.once('end', () => {
      clearInterval(timer)
      connections.delete(connection)
    })
    const { rows } = await client.query<Session>(
      `select pid, backend_start::text as "startedAt" from pg_stat_activity where pid = pg_backend_pid()`,
    )
    connection.session = rows[0]
  }
}

class WatchedConnection {
  /** Known after the first answer. */
  session: Session | undefined
  readonly #stream: Socket
  /** What had been sent when all of it had been answered. */
  #answeredBytes: number
  #movedBytes = 0
  #silentLooks = 0
  #isAsking = false

  constructor(stream: Socket) {
    this.#stream = stream
    this.#answeredBytes = stream.bytesWritten
  }

  /** Whether the database has something to answer. */
  get isWaiting(): boolean {
    return this.#unansweredBytes > 0
  }

  get #unansweredBytes(): number {
    return this.#stream.bytesWritten - this.#answeredBytes
  }

  noteAnswered(): void {
    this.#answeredBytes = this.#stream.bytesWritten
  }

  giveUp(error: Error): void {
    this.#stream.destroy(error)
  }

  /** To be called at every interval. @returns how long it has been silent, when it is lost. */
  async lostAfterMs(url: string): Promise<number | undefined> {
    if (this.#isAsking) return undefined
    const before = this.#movedBytes
    this.#movedBytes = this.#stream.bytesRead + this.#stream.bytesWritten
    const isSilent = this.isWaiting && this.#movedBytes === before
    this.#silentLooks = isSilent ? this.#silentLooks + 1 : 0
    // After one look, two, four, …: what takes long is asked after seldom.
    if (!Number.isInteger(Math.log2(this.#silentLooks))) return undefined

    const silentMs = this.#silentLooks * LOOK_INTERVAL_MS
    if (silentMs < this.#unansweredBytes / SENT_BYTES_PER_MS_MIN) return undefined
    if (this.session === undefined) return silentMs < FIRST_ANSWER_LIMIT_MS ? undefined : silentMs
    this.#isAsking = true
    const isWorking = await isWorkingFor(this.session, url)
    this.#isAsking = false
    if (isWorking === undefined) this.#silentLooks = 0
    const hasMoved = this.#stream.bytesRead + this.#stream.bytesWritten !== this.#movedBytes
    return isWorking === false && !hasMoved ? silentMs : undefined
  }
}

/**
 * Whether the database is at a statement of a session, which it is not when it does not know the session any more;
 * undefined when it cannot be asked.
 */
async function isWorkingFor(session: Session, url: string): Promise<boolean | undefined> {
  const client = new pg.Client({
    ...connectionOptions(url, ASK_LIMIT_MS),
    application_name: 'openphone-asking',
  })
  // Whoever waits for the answer is told.
  client.on('error', () => {})
  try {
    await client.connect()
    const { rows } = await client.query<{ isIdle: boolean | null }>(
      `select state like 'idle%' as "isIdle" from pg_stat_activity where pid = $1 and backend_start = $2::timestamptz`,
      [session.pid, session.startedAt],
    )
    return rows.length === 1 && rows[0]?.isIdle !== true
  } catch {
    return undefined
  } finally {
    await client.end().catch(() => {})
  }
}
