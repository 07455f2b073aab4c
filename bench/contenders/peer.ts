/** One job, as every contender gets it: what a caller of Steward would send. */
export interface Job {
  readonly kind: string
  readonly args: unknown
}

/** How a peer is opened. */
export interface PeerOptions {
  /** Its files come here. */
  readonly folder: string
  /** True: whatever was accepted is on disk. False: as the peer is by default. */
  readonly durable: boolean
}

/** A job queue, made to look like every other one. */
export interface Peer {
  /** Resolves when the job was accepted, as durably as the peer was opened. */
  readonly add: (job: Job) => Promise<unknown>
  /** Starts ONE worker. It calls the handler for each job, and settles the job when the handler has resolved. */
  readonly work: (handler: () => Promise<void>) => void | Promise<void>
  /** Ends the server that it started. The process ends right afterwards. */
  readonly close: () => void | Promise<void>
}

/** What every adapter exports as `open`. Rejects with an error named `Absent` where the peer cannot run here. */
export type OpenPeer = (options: PeerOptions) => Promise<Peer>
