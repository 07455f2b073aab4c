import t from 'tap'
import { parseBind } from '../../src/config/bind.js'

t.test('addresses are taken apart', async t => {
  t.strictSame(parseBind('127.0.0.1:8000'), { host: '127.0.0.1', port: 8000 })
  t.strictSame(parseBind('localhost:0'), { host: 'localhost', port: 0 })
  t.strictSame(parseBind('[::1]:65535'), { host: '::1', port: 65535 })
})

t.test('what is not HOST:PORT is not an address', async t => {
  for (const text of ['', '8000', ':8000', 'localhost', 'localhost:', 'localhost:65536', '::1:80', '[::1]', '[x]:1', '[1.2.3.4]:1', 'http://a:1', 'a b:1', 'a:-1']) {
    t.equal(parseBind(text), null, JSON.stringify(text))
  }
})
