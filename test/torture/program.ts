/** What the streams of a program hold: JSON messages, text or any bytes. */
export type ContentKind = "json" | "text" | "bytes";

/** The MIME type of each kind. */
export const CONTENT_TYPES: Readonly<Record<ContentKind, string>> = {
  json: "application/json",
  text: "text/plain",
  bytes: "application/octet-stream",
};

/** Streams are few, so that operations meet. */
export const PATHS = ["a", "b", "c"] as const;

/** A random program: what some clients do at the same time, and what goes wrong meanwhile. */
export interface Program {
  readonly seed: number;
  readonly kind: ContentKind;
  /** Largest page of an answer, and largest SSE event, in stored bytes. */
  readonly pageBytes: number;
  readonly eventBytes: number;
  readonly clients: readonly (readonly Step[])[];
  readonly disturbances: readonly Disturbance[];
}

/** One thing a client does after the one before. Its name is in its messages and in the report. */
export interface Step {
  readonly name: string;
  readonly pauseMs: number;
  readonly link: Link;
  readonly action: Action;
}

/** The way to the server and back, of the first request that a step makes. */
export interface Link {
  readonly upMs: number;
  readonly downMs: number;
  readonly fault: Fault | undefined;
}

/** What happens to a request. */
export type Fault =
  /** It never arrives. */
  | { readonly kind: "request lost" }
  /** It is carried out, and its answer gets lost. */
  | { readonly kind: "response lost" }
  /** It arrives a second time, a while later. */
  | { readonly kind: "duplicated"; readonly afterMs: number }
  /** The client gives up waiting, and it arrives all the same. */
  | { readonly kind: "delayed"; readonly byMs: number; readonly patienceMs: number }
  /** The connection breaks in the middle of its body. */
  | { readonly kind: "reset in request"; readonly at: number }
  /** Fewer bytes come than were announced. */
  | { readonly kind: "cut short"; readonly at: number }
  /** The connection breaks in the middle of the answer. */
  | { readonly kind: "reset in response"; readonly at: number }
  /** The client goes away while it waits. */
  | { readonly kind: "client left"; readonly afterMs: number }
  /** The body comes in pieces. */
  | { readonly kind: "slow body"; readonly pieces: number; readonly pauseMs: number };

/** Which offset a read or a fork names: one that the client has met, by number, or a place. */
export type From = "start" | "now" | "own" | { readonly known: number };

/** What a step does. Sizes are in bytes of padding for each unit. */
export type Action =
  | {
      readonly kind: "create";
      readonly path: string;
      readonly ttl: number | undefined;
      readonly expiresInMs: number | undefined;
      readonly closed: boolean;
      readonly units: readonly number[];
    }
  | {
      readonly kind: "fork";
      readonly path: string;
      readonly source: string;
      readonly at: number | undefined;
      readonly sub: number;
      readonly ttl: number | undefined;
    }
  | {
      readonly kind: "append";
      readonly path: string;
      readonly units: readonly number[];
      readonly close: boolean;
      readonly streamSeq: number | undefined;
      readonly wrongType: boolean;
    }
  | {
      readonly kind: "produce";
      readonly path: string;
      readonly units: readonly number[];
      /** How many appends are under way at once. */
      readonly burst: number;
      readonly close: boolean;
      /** Whether the identity is one that other clients use too, each in epochs of its own. */
      readonly shared: boolean;
      readonly restart: boolean;
    }
  | { readonly kind: "close"; readonly path: string }
  | { readonly kind: "delete"; readonly path: string }
  | { readonly kind: "head"; readonly path: string }
  | { readonly kind: "catch up"; readonly path: string; readonly from: From }
  | { readonly kind: "long-poll"; readonly path: string; readonly from: From; readonly times: number }
  | { readonly kind: "sse"; readonly path: string; readonly from: From; readonly stayMs: number };

/** What happens to the server, after so many milliseconds. */
export type Disturbance = { readonly name: string; readonly atMs: number } & (
  | { readonly kind: "evicted" | "crashed" | "alarm early" | "alarm repeated"; readonly path: string }
  | { readonly kind: "alarm late"; readonly path: string; readonly byMs: number }
  | { readonly kind: "isolate replaced"; readonly client: number }
  | { readonly kind: "maintained" }
  | { readonly kind: "clock jumped"; readonly byMs: number }
  /** Of the calls to the storage within the time, so many go wrong, each in one of four ways. */
  | { readonly kind: "storage failing"; readonly forMs: number; readonly rate: number; readonly dice: number }
);

/** What can happen to a kind of server. */
export type DisturbanceKind = Disturbance["kind"];
