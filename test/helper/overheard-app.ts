import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import type pg from 'pg'
import type { Test } from 'tap'
import { testPool } from '../db/prepared.ts'
import { appDatabase } from './app-database.ts'
import { type Ending, type LogLine, spawnApp } from './app-process.ts'
import { findLeaks, type Hidden, hiddenSecret, hiddenSignature, hiddenTexts, SECRET_PART } from './leaks.ts'
import { createPreparedDatabase } from './postgres.ts'
import { type Answer, type SendOptions, send, signatureHeaders } from './send.ts'

/** The application as a process of its own, with all that it logs and answers, and all that must not be in it. */
export interface OverheardApp {
  /** Secrets of its own, as set. The keys are text, so that a leak of one decoded is seen. */
  readonly secrets: { readonly standard: string; readonly legacy: string; readonly hex: string }
  readonly opsToken: string
  /** As set, with its password. */
  readonly databaseUrl: string
  /** `http://host:port` */
  readonly url: string
  /** Of the process. */
  readonly pid: number
  readonly database: pg.Pool
  readonly logLines: readonly LogLine[]
  /** Delivers. The texts of the payload and the signature must not be shown from now on. */
  post(envelope: object | string, options?: SendOptions): Promise<Answer>
  /** Asks for an address with any method; resolves with the status. */
  ask(path: string, init?: RequestInit): Promise<number>
  /** Writes bytes, which must make the server close the connection; resolves with what it wrote before. */
  write(bytes: string): Promise<string>
  /** Waits until an event has a status; fails after ten seconds. */
  settled(eventId: string, status: string): Promise<void>
  stop(): Promise<Ending>
  /** Something else that was shown: what a command printed, or a view. */
  overhear(text: string): void
  /** What a text shows of the secrets, tokens and signatures alone: it may show what people wrote. */
  secretsIn(text: string): string[]
  /** What was shown of the secrets, signatures and texts, and where. */
  leaks(): string[]
}

/** Starts it on a database of its own. @param env beside the database, the secrets and the log level. */
export async function startOverheardApp(t: Test, env: Record<string, string>): Promise<OverheardApp> {
  const newSecret = () => randomBytes(24).toString('base64')
  const secrets = {
    standard: `whsec_${Buffer.from(newSecret()).toString('base64')}`,
    legacy: Buffer.from(newSecret()).toString('base64'),
    hex: `hex:${newSecret()}`,
  }
  const opsToken = newSecret()
  const databaseUrl = new URL(await createPreparedDatabase(t))
  // A server that asks for no password takes any.
  databaseUrl.password ||= process.env.PGPASSWORD ?? randomBytes(24).toString('hex')
  const app = await appDatabase(t, databaseUrl.href, env)
  // A short one is a word that may stand anywhere.
  const passwords = [databaseUrl, new URL(app.DATABASE_URL)]
    .map(({ password }) => password)
    .filter((password) => password.length >= 16)

  const hidden: Hidden[] = [
    ...Object.entries(secrets).flatMap(([scheme, secret]) => hiddenSecret(`the ${scheme} secret`, secret)),
    ...hiddenSecret('the token of the operators', `hex:${opsToken}`),
    ...passwords.flatMap((password) => hiddenSecret('the password of the database', `hex:${password}`)),
  ]
  const answers: string[] = []
  const hear = (status: number, headers: Headers, text: string) =>
    answers.push(JSON.stringify([status, ...headers]), text)

  const running = spawnApp(t, {
    ...app,
    OPENPHONE_SIGNING_SECRETS: Object.values(secrets).join(','),
    OPS_TOKEN: opsToken,
    LOG_LEVEL: 'debug',
    ...env,
  })
  const { url = '' } = await running.logged('started')
  const database = testPool(t, databaseUrl.href, 2)

  return {
    secrets,
    opsToken,
    databaseUrl: app.DATABASE_URL,
    url,
    pid: running.child.pid ?? 0,
    database,
    logLines: running.lines,

    async post(envelope, options = {}) {
      const { scheme = 'standard', secret = secrets[scheme] } = options
      const body = typeof envelope === 'string' ? envelope : JSON.stringify(envelope)
      const { webhookId = `msg_${randomUUID()}`, timestamp = new Date() } = options
      const signed = signatureHeaders(Buffer.from(body), { scheme, secret, webhookId, timestamp })
      for (const value of Object.values(signed)) hidden.push(...hiddenSignature('a signature', value))
      // A text is a payload spoilt for the purpose; what it says was sent whole before.
      if (typeof envelope !== 'string') hidden.push(...hiddenTexts(envelope))
      const headers = { ...signed, ...options.headers }
      const answer = await send(url, body, { scheme, secret, webhookId, timestamp, headers })
      hear(answer.status, answer.headers, answer.text)
      return answer
    },

    async ask(path, init) {
      const answer = await fetch(url + path, init)
      hear(answer.status, answer.headers, await answer.text())
      return answer.status
    },

    async write(bytes) {
      const socket = connect({ host: new URL(url).hostname, port: Number(new URL(url).port) })
      let text = ''
      socket.setEncoding('utf8').on('data', (part) => {
        text += part
      })
      socket.write(bytes)
      await once(socket, 'close')
      answers.push(text)
      return text
    },

    async settled(eventId, status) {
      const deadline = Date.now() + 10_000
      const query = 'select from openphone.webhook_event where id = $1 and status = $2'
      while ((await database.query(query, [eventId, status])).rowCount === 0) {
        if (Date.now() > deadline) throw new Error(`event ${eventId} is not ${status} within 10 s`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },

    async stop() {
      running.child.kill('SIGTERM')
      return running.ended
    },

    overhear(text) {
      answers.push(text)
    },

    secretsIn(text) {
      return findLeaks(
        text,
        hidden.filter(({ part }) => part === SECRET_PART),
      )
    },

    leaks() {
      const logged = running.lines.map((line) => JSON.stringify(line))
      return findLeaks([...answers, ...logged, running.errors()].join('\n'), hidden)
    },
  }
}
