import { connect, type Socket } from 'node:net'

/** An answer that takes longer is one that does not come. */
const ANSWER_LIMIT_MS = 20_000

interface Expected {
  readonly resolve: (status: number) => void
  readonly reject: (error: Error) => void
}

/** A kept-alive connection on which requests are sent without waiting for the answers before. */
export class PipelinedConnection {
  readonly #socket: Socket
  readonly #expected: Expected[] = []
  #received = ''
  #lastHead = ''

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1' })
    this.#socket.setNoDelay(true).setEncoding('latin1')
    this.#socket.on('data', (chunk: string) => this.#read(chunk))
    this.#socket.setTimeout(ANSWER_LIMIT_MS, () => {
      if (this.#expected.length > 0) this.#socket.destroy(new Error(`no answer within ${ANSWER_LIMIT_MS} ms`))
    })
    let reason = 'the connection was closed'
    this.#socket.on('error', (error) => {
      reason = error.message
    })
    this.#socket.once('close', () => {
      for (const { reject } of this.#expected.splice(0))
        reject(new Error(`${reason}, after: ${this.#lastHead}`))
    })
  }

  /** Sends a whole request. @returns the status of its answer. @throws Error when there is none. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return reject(new Error('the connection is closed'))
      this.#expected.push({ resolve, reject })
      this.#socket.write(request)
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #read(chunk: string): void {
    this.#received += chunk
    for (;;) {
      const headEnd = this.#received.indexOf('\r\n\r\n')
      if (headEnd === -1) return
      const head = this.#received.slice(0, headEnd)
      this.#lastHead = head
      const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
      const isInterim = status < 200
      const length = isInterim ? '0' : /\r\ncontent-length: (\d+)/i.exec(head)?.[1]
      if (length === undefined) {
        this.#socket.destroy(new Error(`an answer without its length: ${head}`))
        return
      }
      const end = headEnd + '\r\n\r\n'.length + Number(length)
      if (this.#received.length < end) return
      this.#received = this.#received.slice(end)
      if (!isInterim) this.#expected.shift()?.resolve(status)
    }
  }
}

/**
 * Sends bytes on a connection of their own and says that nothing follows.
 * @returns the statuses answered until the server closed the connection. @throws Error when it does not.
 */
export function sendAlone(port: number, bytes: Buffer): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' })
    let received = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      received += chunk
    })
    const timer = setTimeout(() => {
      reject(new Error(`not closed within ${ANSWER_LIMIT_MS} ms, after ${JSON.stringify(received)}`))
      socket.destroy()
    }, ANSWER_LIMIT_MS)
    // A server that refuses while there is more to come may reset the connection.
    socket.on('error', () => {})
    socket.once('close', () => {
      clearTimeout(timer)
      resolve([...received.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => Number(status)))
    })
    socket.end(bytes)
  })
}
