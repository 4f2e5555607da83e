/** Why a request was given up without anything having failed: the page was hidden, the network came back, somebody left. */
export const INTERRUPTED: unique symbol = Symbol("interrupted");

/** Why a request was given up that asked for events: somebody on the way keeps them back. */
export const BUFFERED: unique symbol = Symbol("buffered");

/** What the caller's own code threw, or is to be thrown because of it: no matter of the connection, so never repeated. */
export class CallersError {
  /** What to throw. */
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
