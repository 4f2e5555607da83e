import type { Disturbance, DisturbanceKind, Fault, Program } from "./program.ts";
import type { Rest, Simulation } from "./simulation.ts";

/** A server under torture, made anew for each program. */
export interface Server {
  /** The URL below which its streams are. */
  readonly base: string;
  /** Answers a request. What it rejects with is taken for a broken connection. */
  fetch(client: number, request: Request): Promise<Response>;
  /** Does something to the server. @returns whether anything was there to do it to. */
  disturb(disturbance: Disturbance): Promise<boolean>;
  /** Ends all disturbances. */
  calm(): void;
  /** Does the work that is due by now, as an alarm or a cron would. */
  maintain(): Promise<void>;
  /** Whether a call to the storage may take effect after the server has given up on it. */
  readonly isEverLate: boolean;
  /** What the server reported that is no part of the protocol. */
  readonly errors: readonly unknown[];
  /** Calls to the storage that went wrong, by the way they did. */
  readonly failures: ReadonlyMap<string, number>;
}

/** Makes servers of one kind. */
export interface Bed {
  readonly name: string;
  /** What can happen to these servers. */
  readonly repertoire: readonly DisturbanceKind[];
  /** What cannot happen to a request on its way there, or would not be what it is on a network. */
  readonly unfit?: readonly Fault["kind"][];
  readonly rest: Rest;
  /** How long an append may take to reach another client's live connection, in ms of the simulation. */
  readonly newsMs: number;
  open(program: Program, simulation: Simulation): Promise<Server>;
}

/** The URL below which the streams of a server are that serves no others. */
export const BASE = "https://torture.test/v1/stream";

/** The limits and durations that every server under torture has, in the simulation's time. */
export const LONG_POLL_MS = 4000;
export const HEARTBEAT_MS = 1200;
export const ROTATE_MS = 5000;

/** The options for the HTTP side of a server. */
export const httpOptions = ({ pageBytes, eventBytes }: Program) => ({
  maxReadBytes: pageBytes,
  sseBatchBytes: eventBytes,
  longPollTimeoutMs: LONG_POLL_MS,
  sseHeartbeatMs: HEARTBEAT_MS,
  sseRotateMs: ROTATE_MS,
});
