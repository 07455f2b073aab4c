import { spawnSync } from 'node:child_process'
import type { Test } from 'tap'
import { freePorts } from '../support/free-ports.js'
import { postgresqlPassword } from '../support/postgresql-files.js'
import { noPostgresql, startPostgresql } from '../support/postgresql.js'
import { noRedis, startRedis } from '../support/redis.js'
import { noZookeeper, startZookeeper } from '../support/zookeeper.js'
import { blocksOf } from '../support/markdown.js'
import type { SessionOptions } from './session.js'

/** What a document's reader has around the agent. */
interface Surroundings {
  /** Why there is none here, else false. */
  readonly skip: string | false
  readonly prepare: (t: Test) => Promise<SessionOptions>
}

/** Nothing but the agent. */
const alone: Surroundings = { skip: false, prepare: async () => ({}) }

/** A PostgreSQL with the role that docs/postgresql.md makes, and with the database and table that it works on. */
const besidePostgresql: Surroundings = {
  skip: noPostgresql,
  async prepare (t) {
    const server = await startPostgresql(t)
    for (const { text } of blocksOf('docs/postgresql.md').filter(({ language }) => language === 'sql')) {
      await server.sql(text.replace("'...'", `'${postgresqlPassword}'`))
    }
    await server.sql('CREATE DATABASE app OWNER steward')
    await server.sql('CREATE TABLE orders (id int); ALTER TABLE orders OWNER TO steward', 'app')
    return {
      ports: { 5432: server.port },
      files: { '/etc/steward/postgresql.password': `${postgresqlPassword}\n` }
    }
  }
}

const besideRedis: Surroundings = {
  skip: noRedis,
  async prepare (t) {
    const { port } = await startRedis(t)
    return { ports: { 6379: port }, env: { STEWARD_DATASTORE_KIND: 'redis', STEWARD_DATASTORE_REDIS_PORT: String(port) } }
  }
}

/** A Redis that the script of docs/services.md starts. */
const redisAsService: Surroundings = {
  skip: noRedis,
  async prepare (t) {
    const [port = 0] = await freePorts(1)
    // It overwrites its environment, by which the session would find it.
    t.teardown(() => { spawnSync('redis-cli', ['-p', String(port), 'shutdown', 'nosave']) })
    const config = ['bind 127.0.0.1', `port ${port}`, 'dir /srv/redis', 'logfile /srv/redis/redis.log']
    return { ports: { 6379: port }, files: { '/srv/redis/redis.conf': `${config.join('\n')}\n` } }
  }
}

const besideZookeeper: Surroundings = {
  skip: noZookeeper,
  async prepare (t) {
    const { settings: { port, admin_url: admin } } = await startZookeeper(t)
    const setting = 'STEWARD_DATASTORE_ZOOKEEPER_'
    return { env: { [`${setting}PORT`]: String(port), [`${setting}ADMIN_URL`]: String(admin) } }
  }
}

/** The documents whose reader has more than the agent. */
const special: Readonly<Record<string, Surroundings>> = {
  'README.md': besidePostgresql,
  'docs/postgresql.md': {
    ...besidePostgresql,
    async prepare (t) {
      const prepared = await besidePostgresql.prepare(t)
      const setting = 'STEWARD_DATASTORE_POSTGRESQL_'
      return {
        ...prepared,
        env: {
          ...{ STEWARD_DATASTORE_KIND: 'postgresql', [`${setting}PORT`]: String(prepared.ports?.[5432]) },
          ...{ [`${setting}USER`]: 'steward', [`${setting}PASSWORD`]: postgresqlPassword }
        }
      }
    }
  },
  'docs/redis.md': besideRedis,
  'docs/services.md': redisAsService,
  'docs/zookeeper.md': besideZookeeper
}

/** What the reader of a document has around the agent. */
export function surroundingsOf (document: string): Surroundings {
  return special[document] ?? alone
}
