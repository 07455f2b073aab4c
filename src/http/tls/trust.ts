import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Clock, Instant } from '../../domain/clock.js'
import type { PeerCertificate } from '../../domain/ports/access.js'
import { setLongTimer } from '../../timers.js'
import { validityOf } from './material.js'
import { readPeerCertificate } from './peer-certificate.js'

/** A connection whose peer has shown a certificate that was verified. */
interface Peer {
  readonly certificate: PeerCertificate
  readonly until: Instant
  readonly clock: Clock
  /** Why the certificate is not trusted any more; null while it is. */
  doubt: string | null
}

const peers = new WeakMap<Socket, Peer>()
const refusals = new WeakMap<Socket, string>()

/**
 * The certificate of a connection's peer, when it was verified and still can be trusted: it has not expired, and the
 * authorities and revocation lists are those it was verified with. Cheap: it is read once for each connection.
 */
export function certificateOf (socket: Socket): PeerCertificate | undefined {
  return doubtOf(socket) === null ? peers.get(socket)?.certificate : undefined
}

/** Why the certificate that a connection's peer has shown was never taken, as a part of a sentence. */
export function certificateRefusalOf (socket: Socket): string | undefined {
  return refusals.get(socket)
}

/** Why a connection that was trusted for its certificate is not any more; null for all others. */
export function doubtOf (socket: Socket): string | null {
  const peer = peers.get(socket)
  if (peer === undefined) return null
  if (peer.doubt === null && peer.clock.now() >= peer.until) peer.doubt = expired
  return peer.doubt
}

const unreadable = 'the names in the client certificate cannot be read'
const expired = 'the client certificate of this connection has expired'
const changed = 'the authorities of client certificates have changed since this connection was opened; connect again'

/** The connections that are trusted for their certificates. */
export interface Trust {
  /** Takes note of a connection whose handshake is over. One without a certificate is left alone. */
  readonly admit: (socket: TLSSocket) => void
  /** Ends the trust in all connections: their certificates have to be verified anew. */
  readonly end: () => void
}

interface TrustParts {
  readonly clock: Clock
  /** Called for each connection that is trusted no longer, so that it can be closed. */
  readonly onEnd: (socket: Socket) => void
}

/** Makes the record of trusted connections. */
export function createTrust ({ clock, onEnd }: TrustParts): Trust {
  const open = new Set<TLSSocket>()

  function distrust (socket: TLSSocket, doubt: string): void {
    const peer = peers.get(socket)
    if (peer === undefined || !open.delete(socket)) return
    peer.doubt ??= doubt
    onEnd(socket)
  }

  return {
    admit (socket) {
      // A session that is resumed may be authorized and have no certificate.
      const shown = socket.getPeerX509Certificate()
      if (shown === undefined) return
      const certificate = socket.authorized ? readPeerCertificate(shown) : undefined
      if (certificate === undefined) {
        refusals.set(socket, socket.authorized ? unreadable : `the client certificate could not be verified (${String(socket.authorizationError)})`)
        return
      }
      const { until } = validityOf(shown)
      peers.set(socket, { certificate, until, clock, doubt: null })
      open.add(socket)
      const timer = setLongTimer(() => distrust(socket, expired), Math.max(0, until - clock.now()))
      socket.once('close', () => {
        timer.clear()
        open.delete(socket)
      })
    },
    end () {
      for (const socket of open) distrust(socket, changed)
    }
  }
}
