/** How a server is doing. */
export interface Vitals {
  /** Watches held at a path. */
  readonly watching: number;
  /** Errors that were nobody's request's fault. */
  readonly failures: number;
}

/** A server under attack, over real HTTP. */
export interface Target {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Asks how the server of a stream is. */
  vitals(path: string): Promise<Vitals>;
  /** Resident memory in bytes, where the server is a process of its own. */
  readonly memory?: (() => number) | undefined;
  /** Stops it. */
  stop(): Promise<void>;
}
