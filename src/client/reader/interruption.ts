/** Why a request was given up without anything having failed. */
export class Interruption {
  /** The tab was hidden, the network came back, somebody buffers events, or the reader was told to stop. */
  readonly why: "hidden" | "online" | "buffered" | "cancelled";

  constructor(why: Interruption["why"]) {
    this.why = why;
  }
}

/** What the caller's own code threw, or is to be thrown because of it: no matter of the connection, so never repeated. */
export class CallersError {
  /** What to throw. */
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}
