/** How a request reads. */
export type ReadVia = "catch-up" | "long-poll" | "sse";

/** What a reader is doing, for people who watch it; told to `onStatus` each time. */
export type ReaderStatus =
  /** Nobody iterates, and nobody has. */
  | { readonly type: "idle" }
  /** A request is on its way. `attempt` counts from 1 since something last arrived. */
  | {
      readonly type: "connecting";
      /** How it reads. */
      readonly via: ReadVia;
      /** Attempts in a row, this one included. */
      readonly attempt: number;
    }
  /** Everything up to the tail was handed out. */
  | { readonly type: "caught-up" }
  /** A live request was answered; what is appended arrives at once. */
  | {
      readonly type: "live";
      /** How it reads. */
      readonly via: ReadVia;
    }
  /** A request failed and will be repeated, `delayMs` milliseconds from now or when the network comes back. */
  | {
      readonly type: "retrying";
      /** How many attempts have failed in a row. */
      readonly attempt: number;
      /** How long until the next one, in ms. */
      readonly delayMs: number;
      /** Why the last one failed. */
      readonly error: unknown;
    }
  /** The tab is hidden; reading goes on when it is shown. */
  | { readonly type: "paused" }
  /** The stream is closed and everything was handed out. */
  | { readonly type: "closed" }
  /** The iteration ended otherwise: at the tail, at the limit, or because somebody stopped it. */
  | { readonly type: "stopped" }
  /** The iteration threw `error`. */
  | {
      readonly type: "failed";
      /** What it threw. */
      readonly error: unknown;
    };
