import type { StreamOperation } from "./operation.ts";

/** A request that has passed the door. */
export interface Route {
  /** The request, its body unread. */
  readonly request: Request;
  /** Canonical path of the stream. */
  readonly path: string;
  /** What it wants to do. */
  readonly operation: StreamOperation;
  /** Canonical path of the stream to fork, for a `create` that forks. */
  readonly forkedFrom: string | undefined;
  /** Whether headers are added to the answer: one whose headers are fixed, as a stub's are, has to be copied then. */
  readonly changesAnswer: boolean;
}

/** Carries out a request that has passed the door. */
export type Forward = (route: Route) => Promise<Response>;
