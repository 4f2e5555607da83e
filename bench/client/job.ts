import type { ContenderName } from "./contenders/contender.ts";
import type { Load } from "./messages.ts";

/** What a child process does with one client. */
export interface Job {
  readonly contender: ContenderName;
  /** `produce` writes; `verify` reads and hashes; `read` reads and only counts; `follow` reads events as they come. */
  readonly task: "produce" | "verify" | "read" | "follow";
  /** The stream. */
  readonly url: string;
  /** What it is to hold in the end. */
  readonly load: Load;
  /** A shorter stream that is read before the measurement begins, for what a process allocates once. */
  readonly warmUp?: Pick<Job, "url" | "load">;
}

/** What came of it. */
export interface JobResult {
  /** Time from the beginning to the last message, in s. */
  readonly seconds: number;
  /** Processor time of the child meanwhile, in s. */
  readonly cpuSeconds: number;
  /** How far the child's resident memory rose above where it was, in bytes. */
  readonly growth: number;
  /** SHA-256 of what was read, where the task was to verify; otherwise empty. */
  readonly sha256: string;
}

/** What a child says: that it listens, that it is done, or why it is not. */
export type ChildMessage =
  | { readonly type: "live" }
  | { readonly type: "done"; readonly result: JobResult }
  | { readonly type: "failed"; readonly error: string };
