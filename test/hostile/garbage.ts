import fc from 'fast-check'
import { WEBHOOK_PATH } from '../helper/send.ts'
import { hostileRequest } from './requests.ts'

const post = (headers: string, body = '') =>
  `POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`
const chunked = 'Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n'
const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('')

/** What is no HTTP, or is more than one server in a row understands alike. */
const CORPUS: readonly string[] = [
  '\r\n\r\n\r\n',
  'GET /\r\n\r\n',
  `POST ${WEBHOOK_PATH}\r\n\r\n`,
  `POST ${WEBHOOK_PATH} HTTP/9.9\r\n\r\n`,
  `${'A'.repeat(300)} / HTTP/1.1\r\n\r\n`,
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\x05\x01\x00',
  'SSH-2.0-OpenSSH_9.9\r\n',
  '*1\r\n$4\r\nPING\r\n',
  'PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n',
  'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n',
  'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n',
  `HEAD ${WEBHOOK_PATH} HTTP/1.1\r\nHost: a\r\n\r\n`,
  'GET http://example.com/healthz HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET /healthz HTTP/1.1\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  'GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
  'GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n',
  post('Expect: 200-ok\r\nContent-Length: 2\r\n', '{}'),
  post('Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: 2\r\n', '{}'),
  post('Content-Length: 2\r\nContent-Length: 3\r\n', '{}x'),
  post('Content-Length: 2, 2\r\n', '{}'),
  post('Content-Length: +2\r\n', '{}'),
  post('Content-Length: -1\r\n'),
  post('Content-Length: 0x2\r\n', '{}'),
  post('Content-Length: 99999999999999999999\r\n', '{}'),
  post('Content-Type: application/json\r\nContent-Length: 9007199254740991\r\n', '{}'),
  post(`${chunked}Content-Length: 2\r\n`, '0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n'),
  post('Content-Type: application/json\r\nTransfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
  post('Content-Type: application/json\r\nTransfer-Encoding: chunked, identity\r\n', '0\r\n\r\n'),
  post('Content-Type: application/json\r\nTransfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
  post('Content-Type: application/json\r\nTransfer-Encoding : chunked\r\n', '0\r\n\r\n'),
  post(chunked, 'zz\r\n{}\r\n0\r\n\r\n'),
  post(chunked, '-1\r\n{}\r\n0\r\n\r\n'),
  post(chunked, 'ffffffffffffffff1\r\n{}\r\n0\r\n\r\n'),
  post(chunked, '2\r\n{}x\r\n0\r\n\r\n'),
  post(chunked, '2\n{}\n0\n\n'),
  post(chunked, `2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`),
  post(chunked, `0\r\n${lines(3_000, (index) => `t${index}: x\r\n`)}\r\n`),
  post(chunked, '2\r\n{}\r\n0\r\nContent-Length: 5\r\n\r\n'),
  post(chunked, '7fffffff\r\n{'),
  post('X: a\r\n folded\r\nContent-Length: 0\r\n'),
  post('X\x00: a\r\nContent-Length: 0\r\n'),
  post('X: a\x00b\r\nContent-Length: 0\r\n'),
  post('X: a\nY: b\nContent-Length: 0\r\n'),
  post('X: a\rY: b\r\nContent-Length: 0\r\n'),
  post('no colon\r\nContent-Length: 0\r\n'),
  post(': no name\r\nContent-Length: 0\r\n'),
  post(`X: ${'x'.repeat(20_000)}\r\nContent-Length: 0\r\n`),
  post(`${'x'.repeat(20_000)}: x\r\nContent-Length: 0\r\n`),
  post(`${lines(1_500, (index) => `h${index}: 1\r\n`)}Content-Length: 0\r\n`),
  post(`${lines(2_500, () => 'a:\r\n')}Content-Length: 0\r\n`),
  post(
    `${lines(50, () => 'webhook-signature: v1,x\r\n')}Content-Length: 2\r\nContent-Type: application/json\r\n`,
    '{}',
  ),
  `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  `GET /healthz?${'a'.repeat(15_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
  lines(200, () => 'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n'),
  lines(50, () => 'GET /docs/json HTTP/1.1\r\nHost: a\r\n\r\n'),
  lines(200, () => post('Content-Length: 0\r\n')),
]

/** Bytes after which a connection may be of no more use. */
export const hostileGarbage: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...CORPUS).map((text) => Buffer.from(text, 'latin1')) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        request: hostileRequest,
        end: fc.nat(5_000),
        after: fc.constantFrom('', 'garbage\r\n\r\n', '\0'),
      })
      .map(({ request: { bytes }, end, after }) =>
        Buffer.concat([bytes.subarray(0, end % (bytes.length + 1)), Buffer.from(after)]),
      ),
  },
)
