import { randomUUID } from 'node:crypto'
import { createServer, type Server, type ServerOptions } from 'node:https'
import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import type { Logger } from '../../domain/log.js'
import { Problem } from '../../domain/problem.js'
import { rawAnswer } from '../client-errors.js'
import type { Exchanges } from '../exchanges.js'
import type { Waits } from '../waits.js'
import type { TlsKeeper } from './keeper.js'
import { createRefusalLog, type RefusalLog } from './refusal-log.js'
import { createTrust, doubtOf, type Trust } from './trust.js'

/** The encrypted side of the HTTP server. */
export interface TlsListener {
  /** Makes the server. Limits and timeouts of HTTP are given as for one without encryption. */
  readonly createServer: (options: ServerOptions, handler: RequestListener) => Server
  /** Refuses requests on connections that are trusted no longer, and ends handshakes when the server closes. */
  readonly install: (app: FastifyInstance) => void
}

/** What the listener is made of. */
export interface ListenerParts {
  readonly keeper: TlsKeeper
  readonly log: Logger
  readonly exchanges: Exchanges
  readonly waits: Waits
}

/** Milliseconds that a client has for the handshake. */
const handshakeTimeout = 10_000

/** Makes the encrypted side of the HTTP server. */
export function createTlsListener ({ keeper, log, exchanges, waits }: ListenerParts): TlsListener {
  const { clock } = keeper
  const handshaking: Handshakes = { open: new Set(), addresses: new WeakMap() }
  const refused = createRefusalLog({ log, clock })
  let look: Look = () => {}
  const trust = createTrust({ clock, onEnd: socket => closeWhenIdle(socket, { exchanges, waits }) })

  return {
    createServer (options, handler) {
      const { context } = keeper.current()
      const server = createServer({
        ...options,
        ...context,
        ...keeper.clients === null ? {} : { requestCert: true, rejectUnauthorized: keeper.clients === 'required' },
        handshakeTimeout,
        ALPNProtocols: ['http/1.1']
      }, handler)
      look = takeConnections(server, { keeper, trust, handshaking })
      tellOfHandshakes(server, { log, refused, trust, handshaking })
      return server
    },
    install (app) {
      app.addHook('onRequest', (request, reply, done) => {
        look()
        const doubt = doubtOf(request.raw.socket)
        if (doubt !== null) {
          reply.header('connection', 'close')
          throw new Problem('unauthenticated', { params: { reason: doubt } })
        }
        done()
      })
      app.addHook('preClose', async () => {
        for (const socket of handshaking.open) socket.destroy()
      })
    }
  }
}

/** The handshakes that are not over. */
interface Handshakes {
  readonly open: Set<Socket>
  /** The addresses of peers: a connection that is closed has none any more. */
  readonly addresses: WeakMap<Socket, string>
}

interface Taking {
  readonly keeper: TlsKeeper
  readonly trust: Trust
  readonly handshaking: Handshakes
}

/** Takes what is new in the files. `newest` is a connection whose handshake has not begun. */
type Look = (newest?: Socket) => void

/** Looks after the files before each handshake, so that it is the first to have what is new. Returns what looks. */
function takeConnections (server: Server, { keeper, trust, handshaking }: Taking): Look {
  let { trust: verifiedWith } = keeper.current()
  const look: Look = newest => {
    const changed = keeper.refresh()
    if (changed === null) return
    server.setSecureContext(changed.context)
    if (changed.trust === verifiedWith) return
    verifiedWith = changed.trust
    trust.end()
    // What has begun its handshake would be verified with what was in force then.
    for (const begun of handshaking.open) if (begun !== newest) begun.destroy()
  }
  server.prependListener('connection', (socket: Socket) => {
    handshaking.addresses.set(socket, socket.remoteAddress ?? 'unknown')
    handshaking.open.add(socket)
    socket.once('close', () => { handshaking.open.delete(socket) })
    look(socket)
  })
  return look
}

interface Telling {
  readonly log: Logger
  readonly refused: RefusalLog
  readonly trust: Trust
  readonly handshaking: Handshakes
}

const noCertificate = 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE'

function tellOfHandshakes (server: Server, { log, refused, trust, handshaking }: Telling): void {
  // Before Node's own, which begins to read requests.
  server.prependListener('secureConnection', socket => {
    handshaking.open.delete(rawOf(socket))
    trust.admit(socket)
    if (!socket.authorized && socket.getPeerX509Certificate() !== undefined) {
      const { remoteAddress: address = 'unknown' } = socket
      refused({ address, reason: reasonOf(socket) }, 'the certificate of a client was not taken')
    }
  })
  server.on('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
    const address = handshaking.addresses.get(rawOf(socket)) ?? 'unknown'
    if (socket.authorizationError) {
      refused({ address, reason: reasonOf(socket) }, 'a client was refused for its certificate')
    } else if (error.code === noCertificate) {
      refused({ address, reason: 'NO_CERTIFICATE' }, 'a client without a certificate was refused')
    } else {
      const request = randomUUID()
      log.debug({ request, address, reason: error.code ?? error.message }, 'a TLS handshake failed')
      if (error.code === 'ERR_SSL_HTTP_REQUEST') rawOf(socket).write(rawAnswer(speakTls, request))
    }
    socket.destroy()
  })
}

const speakTls = { status: '400 Bad Request', detail: 'This port takes encrypted connections only: use https.' }

/** Why the certificate was not taken, for example CERT_HAS_EXPIRED. (It is a text, whatever the types say.) */
function reasonOf ({ authorizationError }: TLSSocket): string {
  return String(authorizationError)
}

/** The connection below the encryption. Node has no public name for it. */
function rawOf (socket: TLSSocket): Socket {
  return (socket as unknown as { readonly _parent: Socket })._parent
}

/** Closes a connection as soon as no answer is owed on it. What was begun is answered; what is held ends at once. */
function closeWhenIdle (socket: Socket, { exchanges, waits }: Pick<ListenerParts, 'exchanges' | 'waits'>): void {
  const owed = exchanges.owed(socket)
  const close = (): void => { if (exchanges.owedCount(socket) === 0) socket.destroySoon() }
  close()
  for (const reply of owed) {
    exchanges.whenOver(reply, close)
    // Of several answers the first would close the connection.
    if (owed.length === 1 && !reply.raw.headersSent) reply.header('connection', 'close')
    waits.endOne(reply)
  }
}
