import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { SignedRequest } from './requests.ts'

/** A server that takes longer over an answer is taken for dead. */
const ANSWER_LIMIT_MS = 15_000

interface Exchange {
  readonly resolve: (status: number) => void
  readonly reject: (error: Error) => void
}

/** An answer to a webhook has a few hundred bytes. What is longer comes in parts. */
const READ_BYTES = 2_048

/**
 * One HTTP connection, kept alive, that sends one request at a time and reads no more of an answer than its
 * status and its end. The load shares the machine with what it measures, so it does as little as it can: about
 * half the CPU time that autocannon or node:http takes for the same requests, and hardly any garbage. Collecting
 * it took both cores for 20 ms at a time, which the answers were then late by.
 */
export class Connection {
  readonly #socket: Socket
  #exchange: Exchange | undefined
  #received = ''

  private constructor({ hostname, port }: URL) {
    const buffer = Buffer.alloc(READ_BYTES)
    const callback = (length: number) => {
      this.#read(buffer.toString('latin1', 0, length))
      return true
    }
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer, callback },
    })
    this.#socket = socket
    socket.on('timeout', () => socket.destroy())
    // What follows is 'close'.
    socket.on('error', () => {})
    socket.once('close', () => this.#exchange?.reject(new Error('The connection ended before the answer')))
  }

  static async open(url: URL): Promise<Connection> {
    const connection = new Connection(url)
    await once(connection.#socket, 'connect')
    return connection
  }

  /** Sends a request when the one before is answered. @returns the status. @throws Error when no answer comes. */
  send({ head, body }: SignedRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('The connection has ended'))
      this.#exchange = { resolve, reject }
      // Only while an answer is due: at a low rate a connection may have nothing to send for long.
      this.#socket.setTimeout(ANSWER_LIMIT_MS)
      this.#socket.cork()
      this.#socket.write(head)
      this.#socket.write(body)
      this.#socket.uncork()
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(text: string): void {
    this.#received += text
    const headEnd = this.#received.indexOf('\r\n\r\n')
    if (headEnd === -1) return
    const length = /\r\ncontent-length: (\d+)/i.exec(this.#received)?.[1]
    if (length === undefined) throw new Error(`An answer without Content-Length: ${this.#received}`)
    if (this.#received.length < headEnd + 4 + Number(length)) return
    // 'HTTP/1.1 200 …'
    const status = Number(this.#received.slice(9, 12))
    this.#received = ''
    this.#socket.setTimeout(0)
    this.#exchange?.resolve(status)
    this.#exchange = undefined
  }
}
