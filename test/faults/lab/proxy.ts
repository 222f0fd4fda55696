import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import type { Test } from 'tap'

/** The network between the app and the database, with its faults. */
export interface Proxy {
  readonly port: number
  /** Bytes and new connections stop on their way, in both directions, until `resume`. Nobody is told. */
  stall(): void
  /** Lets go on what is there. */
  resume(): void
  /** From now on the connections there are stay stalled for good; new ones work. As a machine that vanished. */
  forget(): void
  /** Ends every connection with a reset. */
  reset(): void
  /** Holds back every chunk for so long. */
  delay(ms: number): void
  /** Refuses new connections and resets the others, until `open`. */
  close(): void
  open(): void
}

interface Pair {
  readonly sockets: readonly Socket[]
  isForgotten: boolean
}

/** Starts a proxy, on this machine, to a port; it goes with the test. */
export async function startProxy(t: Test, targetPort: number, targetHost = '127.0.0.1'): Promise<Proxy> {
  const pairs = new Set<Pair>()
  let isStalled = false
  let isClosed = false
  let delayMs = 0

  const server = createServer({ allowHalfOpen: true, pauseOnConnect: false }, (client) => {
    if (isClosed) {
      client.resetAndDestroy()
      return
    }
    const upstream = createConnection({ port: targetPort, host: targetHost, allowHalfOpen: true })
    const pair: Pair = { sockets: [client, upstream], isForgotten: false }
    pairs.add(pair)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.setNoDelay(true)
      from.on('data', (chunk) => {
        if (delayMs > 0) setTimeout(() => to.writable && to.write(chunk), delayMs)
        else if (to.writable) to.write(chunk)
      })
      from.on('end', () => {
        if (!pair.isForgotten) setTimeout(() => to.end(), delayMs)
      })
      // A reset of one side is one of the other.
      from.on('error', () => {})
      from.on('close', (hadError) => {
        pairs.delete(pair)
        if (hadError) to.resetAndDestroy()
        else to.destroySoon()
      })
      if (isStalled) from.pause()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const reset = () => {
    for (const { sockets } of pairs) for (const socket of sockets) socket.resetAndDestroy()
  }
  t.teardown(async () => {
    server.close()
    reset()
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')

  const each = (act: (socket: Socket) => void) => {
    for (const { sockets, isForgotten } of pairs) if (!isForgotten) for (const socket of sockets) act(socket)
  }
  return {
    port: address.port,
    stall() {
      isStalled = true
      each((socket) => socket.pause())
    },
    resume() {
      isStalled = false
      each((socket) => socket.resume())
    },
    forget() {
      each((socket) => socket.pause())
      for (const pair of pairs) pair.isForgotten = true
      isStalled = false
    },
    reset,
    delay(ms) {
      delayMs = ms
    },
    close() {
      isClosed = true
      reset()
    },
    open() {
      isClosed = false
    },
  }
}
