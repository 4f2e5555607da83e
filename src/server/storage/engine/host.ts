import type { Clock } from "../../../shared/index.ts";
import type { ForkSource } from "../contract/index.ts";
import type { Backend, Transacted } from "./backend.ts";
import type { Decision } from "./commit.ts";
import type { Snapshot, SnapshotKeys } from "./state.ts";

/** What the parts of a store share. */
export interface EngineHost {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly sources: ForkSource;
  /** A transaction whose snapshot includes what only memory knows. */
  transact<Result>(
    path: string,
    keys: SnapshotKeys,
    decide: (snapshot: Snapshot) => Decision<Result>,
  ): Promise<Transacted<Result>>;
  /** Wakes whoever watches a path. */
  changed(path: string): void;
  /** Drops what memory knows of a path. */
  forget(path: string): void;
}
