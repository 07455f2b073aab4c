import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import t from 'tap'
import { attributesOf, ownIdOf, shardOf, statusOf, versionOf } from '../../src/datastores/redis/figures.js'
import { exactOf, numberOf, parseClusterNodes, parseInfo } from '../../src/datastores/redis/info-text.js'
import { readHeader, UnreadableDatabase } from '../../src/datastores/sqlite/header.js'
import { parseServerStats } from '../../src/datastores/zookeeper/admin.js'
import { parseSrvr } from '../../src/datastores/zookeeper/srvr.js'
import { ZookeeperTrouble } from '../../src/datastores/zookeeper/trouble.js'
import type { JsonObject, JsonValue } from '../../src/domain/json.js'
import { agentTypes } from '../../src/protocols/activeworkflow/types.js'
import { defaultArgs } from '../../src/protocols/activeworkflow/defaults.js'
import { registrationOfKind } from '../../src/protocols/activeworkflow/description.js'
import { code, plainText } from '../../src/protocols/activeworkflow/markdown.js'
import { temporaryFolder } from '../support/engine.js'
import { anyJson, anySlip, anyText, oddTexts, withSlip } from '../support/odd-values.js'
import { patience } from '../support/torture.js'
import { tries } from './seed.js'

t.setTimeout(patience)

const often = { ci: 400, torture: 100_000 }
const text = fc.oneof(anyText({ maxLength: 60 }), fc.constantFrom(...oddTexts))
const figure = fc.oneof(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }).map(String), text, fc.constantFrom('0', '1', '-1', '1.5', 'up', 'down', 'ok', 'err'))

/** Lines of INFO with the fields that are looked at, each with anything in it. */
const infoFields = [
  'role', 'run_id', 'redis_version', 'valkey_version', 'redis_git_sha1', 'redis_mode', 'master_host', 'master_port', 'master_link_status', 'master_sync_in_progress',
  'master_link_down_since_seconds', 'rdb_last_save_time', 'rdb_last_bgsave_status', 'aof_last_write_status', 'aof_enabled', 'connected_clients', 'maxmemory',
  'used_memory', 'uptime_in_seconds', 'master_repl_offset', 'slave_repl_offset', 'async_loading'
]
const infoText = fc.array(fc.oneof(
  fc.tuple(fc.constantFrom(...infoFields), fc.oneof(figure, fc.constantFrom('slave', 'master'))).map(parts => parts.join(':')), text
), { maxLength: 20 }).map(lines => lines.join('\r\n'))

const clusterText = fc.array(fc.tuple(fc.stringMatching(/^[0-9a-f]{0,4}$/), text, fc.constantFrom('myself,master', 'slave', '-', ''), text).map(parts => parts.join(' ')), { maxLength: 4 })
  .map(lines => lines.join('\n'))

t.test('whatever a Redis server says of itself, it is told without a failure, and as JSON', async () => {
  await fc.assert(fc.property(infoText, clusterText, fc.boolean(), (info, nodes, isCluster) => {
    const fields = parseInfo(info)
    const place = isCluster ? parseClusterNodes(nodes) : null
    const state = { info: fields, cluster: place === null ? null : { ...place, state: 'ok' } }
    const told = { ...statusOf(state), id: ownIdOf(state), attributes: attributesOf(state), version: versionOf(state) }
    const shard = shardOf(state, null)
    const isFinite = infoFields.every(name => exactOf(fields, name) === null || Number.isFinite(numberOf(fields, name)))
    const json = JSON.stringify(told)
    return isFinite && JSON.stringify(JSON.parse(json)) === json && (shard === null || typeof shard.id === 'string')
  }), tries(often))
})

t.test('whatever a server on the port of ZooKeeper says, it is a state or trouble', async () => {
  const version = fc.constantFrom('3.8.0-5a02a05eddb5, built on 2022-02-25', '3.5', 'x')
  const zxid = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 65n }).map(value => `0x${value.toString(16)}`), figure)
  const usual = fc.record({
    'Zookeeper version': version,
    'Latency min/avg/max': fc.oneof(fc.constant('0/1.5/9'), figure),
    Connections: figure,
    Outstanding: figure,
    Zxid: zxid,
    Mode: fc.oneof(fc.constant('leader'), figure),
    'Node count': figure
  }, { requiredKeys: ['Zookeeper version', 'Zxid', 'Mode'] }).map(fields => Object.entries(fields).map(each => each.join(': ')))
  await fc.assert(fc.property(fc.oneof(usual, fc.array(text, { maxLength: 10 })), lines => {
    try {
      const { zxid } = parseSrvr(lines.join('\n'))
      return zxid >= -(2n ** 63n) && zxid < 2n ** 63n
    } catch (error) {
      return error instanceof ZookeeperTrouble
    }
  }), tries(often))
})

t.test('whatever an admin server says, it is a state or trouble', async () => {
  const usual: JsonObject = {
    command: 'server_stats',
    version: '3.8.0-5a02a05eddb59aee, built on 2022-02-25',
    node_count: 5,
    error: null,
    server_stats: { server_state: 'leader', num_alive_client_connections: 1, outstanding_requests: 0, min_latency: 0, avg_latency: 0.5, max_latency: 9, last_processed_zxid: 4294967299 }
  }
  await fc.assert(fc.property(anySlip, anySlip, (one, other) => {
    const value = withSlip(withSlip(usual, one), other) as JsonObject
    if (typeof value !== 'object' || value === null) return true
    try {
      const { zxid } = parseServerStats({ value, text: JSON.stringify(value) })
      return zxid >= -(2n ** 63n) && zxid < 2n ** 63n
    } catch (error) {
      return error instanceof ZookeeperTrouble
    }
  }), tries(often))
})

t.test('whatever stands in the file of a database, its header is read or refused', async t => {
  const folder = temporaryFolder(t)
  const path = join(folder, 'app.db')
  const database = new Database(path)
  database.exec('CREATE TABLE t (a)')
  const real = database.serialize()
  database.close()
  const spots = fc.array(fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 255 })), { maxLength: 6 })
  const spoiled = fc.tuple(spots, fc.oneof(fc.constant(4096), fc.nat({ max: 200 }))).map(([spots, length]) => {
    const bytes = Buffer.from(real.subarray(0, length))
    for (const [at, byte] of spots) if (at < bytes.length) bytes[at] = byte
    return bytes
  })
  await fc.assert(fc.asyncProperty(fc.oneof(spoiled, fc.uint8Array({ maxLength: 200 })), async bytes => {
    writeFileSync(path, bytes)
    try {
      const { pageSize, pageCount } = await readHeader(path)
      return pageSize >= 512 && Number.isSafeInteger(pageCount) && pageCount >= 0
    } catch (error) {
      return error instanceof UnreadableDatabase
    }
  }), tries({ ci: 200, torture: 20_000 }))
})

/** The text that Markdown's character references stand for. */
function shownBy (markdown: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>' }
  return markdown.replace(/&(?:#(\d+)|(\w+));/g, (_, number?: string, name = '') => number === undefined ? named[name] ?? '' : String.fromCharCode(Number(number)))
}

t.test('any text is shown by its Markdown, in one line, and as nothing else', async () => {
  const everything = fc.oneof(text, fc.string({ maxLength: 60, unit: fc.constantFrom(...'*_`[](){}<>#|~$^\\!-+:=.1 a\n') }))
  await fc.assert(fc.property(everything, given => {
    const shown = plainText(given, 20_000)
    const expected = given.replace(/[\s\p{Cc}]+/gu, ' ').replace(/\p{Surrogate}/gu, '\uFFFD').trim()
    return shownBy(shown) === expected && !/[<>[\]`*_|{}\n]/.test(shown) && !/[\n|]/.test(code(given))
  }), tries(often))
})

t.test('any kinds give agent types with names of their own', async () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,6}\/[A-Za-z0-9][A-Za-z0-9._-]{0,6}$/)
  await fc.assert(fc.property(fc.uniqueArray(name, { maxLength: 12 }), kinds => {
    const names = [...agentTypes(kinds.map(kind => ({ kind }))).values()]
    return new Set(names).size === kinds.length && names.every(each => /^Steward[A-Za-z0-9]+$/.test(each))
  }), tries(often))
})

t.test('any schema can be described, and gives default options', async () => {
  const schema = fc.letrec<{ schema: JsonObject }>(tie => ({
    schema: fc.record<JsonObject>({
      type: fc.oneof(fc.constantFrom<JsonValue>('object', 'string', 'integer', ['null', 'array']), anyJson),
      properties: fc.oneof({ depthSize: 'small' }, anyJson, fc.dictionary(text, tie('schema'), { maxKeys: 3 })) as never,
      required: anyJson,
      default: anyJson,
      description: anyJson,
      enum: anyJson,
      minimum: anyJson,
      maxLength: anyJson
    } as never, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>
  })).schema
  await fc.assert(fc.property(schema, text, text, anyJson, (args, kind, summary, example) => {
    const { description, default_options: options } = registrationOfKind({ kind, summary, args, example }, 'StewardX')
    return description.length <= 20_000 && JSON.stringify(options).length > 0 && typeof defaultArgs(args) === 'object'
  }), tries(often))
})
