/**
 * Why the server cannot tell how it is. The message is the part of a sentence that follows "The datastore does not
 * answer: ", without a full stop.
 */
export class ZookeeperTrouble extends Error {
  constructor (message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause })
    this.name = 'ZookeeperTrouble'
  }
}

/** The server answers, and belongs to no quorum that serves. */
export class NotServing extends ZookeeperTrouble {
  constructor () {
    super('it is not serving: no quorum, or it is still starting')
    this.name = 'NotServing'
  }
}

/** The server answers, but not this four-letter word. */
export class WordRefused extends ZookeeperTrouble {
  constructor (message: string) {
    super(message)
    this.name = 'WordRefused'
  }
}

/**
 * What a server says, by four-letter words and by its admin server alike, while it belongs to no quorum
 * (`ZK_NOT_SERVING` in `AbstractFourLetterCommand.java`).
 */
const notServing = 'This ZooKeeper instance is not currently serving requests'

/**
 * Refuses an answer that says nothing but that.
 * @throws NotServing
 */
export function mustBeServing (answer: string): void {
  if (answer.startsWith(notServing)) throw new NotServing()
}

/** What has happened to a connection, by its code where it has one: the error of several addresses has no message. */
export function codeOf (error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}
