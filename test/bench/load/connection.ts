import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { SignedRequest } from './requests.ts'

/** A server that takes longer over an answer is taken for dead. */
const ANSWER_LIMIT_MS = 15_000

interface Exchange {
  readonly resolve: (status: number) => void
  readonly reject: (error: Error) => void
}

/**
 * One HTTP connection, kept alive, that sends one request at a time and reads no more of an answer than its
 * status and its end. The load shares the machine with what it measures, so it does as little as it can: about
 * half the CPU time that autocannon or node:http takes for the same requests.
 */
export class Connection {
  readonly #socket: Socket
  #exchange: Exchange | undefined
  #received = ''

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.setNoDelay(true)
    socket.on('timeout', () => socket.destroy())
    socket.on('data', (chunk) => this.#read(chunk))
    // What follows is 'close'.
    socket.on('error', () => {})
    socket.once('close', () => this.#exchange?.reject(new Error('The connection ended before the answer')))
  }

  static async open({ hostname, port }: URL): Promise<Connection> {
    const socket = connect({ host: hostname, port: Number(port) })
    await once(socket, 'connect')
    return new Connection(socket)
  }

  /** Sends a request when the one before is answered. @returns the status. @throws Error when no answer comes. */
  send({ head, body }: SignedRequest): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('The connection has ended'))
      this.#exchange = { resolve, reject }
      // Only while an answer is due: at a low rate a connection may have nothing to send for long.
      this.#socket.setTimeout(ANSWER_LIMIT_MS)
      this.#socket.write(Buffer.concat([head, body]))
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: Buffer): void {
    this.#received += chunk.toString('latin1')
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
