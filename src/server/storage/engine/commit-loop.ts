import type { LogPosition } from "../contract/index.ts";
import type { Transacted } from "./backend.ts";
import type { Commit, Decision } from "./commit.ts";
import { fateOf } from "./commit-fate.ts";
import { Retries, type RetryHost } from "./retries.ts";
import type { Snapshot } from "./state.ts";

/** A path as a {@link CommitPort} loaded it. A backend adds what it needs to recognise that nothing changed since. */
export interface CommitView {
  readonly snapshot: Snapshot;
}

/** A commit made ready to be written, all of it or nothing, on condition that the path is as it was loaded. */
export interface CommitPlan<View extends CommitView = CommitView> {
  readonly view: View;
  readonly commit: Commit;
  /** Where the log at the path ends after it, as far as is known now; `undefined` when the path is empty then. */
  readonly tail: LogPosition | undefined;
}

/** What became of a write: where the log ends now, or that something had changed and nothing was written. */
export type Written = { readonly tail: LogPosition | undefined } | "conflict";

/** Whether an append is found in the log; `unknown` when the log does not reach back far enough to tell. */
export type AppendTrace = "found" | "absent" | "unknown";

/** One path of a storage that several isolates write to, and that can write on a condition. */
export interface CommitPort<View extends CommitView, Plan extends CommitPlan<View>> {
  /** Loads the path as it is now, never as it was. */
  load(): Promise<View>;
  /**
   * Makes a commit ready.
   *
   * @param id Names the commit. It is the same for every attempt of one transaction; an append is stored with it.
   */
  plan(view: View, commit: Commit, id: string): Plan;
  /**
   * Writes a plan if nothing at the path has changed since its view was loaded (but for other appends, if its own is
   * movable), and the same commit was not written before.
   *
   * @throws when it is unknown whether the plan is written, or will be.
   */
  write(plan: Plan): Promise<Written>;
  /** Looks for the append of a plan in a log that has moved on since. */
  trace(plan: Plan): Promise<AppendTrace>;
}

/**
 * One transaction on a storage that knows only conditional writes: load, decide, write if nothing changed, else again.
 *
 * A write whose answer is lost is not given up: the next look at the path tells whether it took effect. It cannot take
 * effect later and unseen, because its condition holds only as long as nothing else has changed, and it is written
 * again under the same condition, which both cannot meet.
 *
 * @throws what `decide` throws; UnavailableError when others keep winning, or the storage fails before anything was
 * written; the storage's own error when it stays unknown whether the commit took effect.
 */
export async function commitLoop<View extends CommitView, Plan extends CommitPlan<View>, Result>(
  port: CommitPort<View, Plan>,
  decide: (snapshot: Snapshot) => Decision<Result>,
  host: RetryHost,
): Promise<Transacted<Result>> {
  const id = mintCommitId();
  const retries = new Retries(host);
  let doubt: { readonly plan: Plan; readonly result: Result; readonly error: unknown } | undefined;
  for (;;) {
    let view: View;
    let trace: AppendTrace = "absent";
    try {
      view = await port.load();
      if (doubt !== undefined) trace = await traceOf(port, doubt.plan, view);
    } catch (error) {
      await retries.failure(error, doubt !== undefined);
      continue;
    }
    if (doubt !== undefined && trace === "unknown") throw doubt.error;
    if (doubt !== undefined && trace === "found") return { result: doubt.result, tail: tailOf(doubt.plan, view) };
    const { result, commit } = decide(view.snapshot);
    if (commit === undefined) return { result, tail: view.snapshot.state?.tail };
    const plan = port.plan(view, commit, id);
    try {
      const written = await port.write(plan);
      if (written !== "conflict") return { result, tail: written.tail };
    } catch (error) {
      doubt = { plan, result, error };
      await retries.failure(error, true);
      continue;
    }
    await retries.conflict();
  }
}

/** Where a movable append ended up is not known, only that it did. */
const tailOf = ({ commit, tail }: CommitPlan, view: CommitView): LogPosition | undefined =>
  commit.append?.movable ? view.snapshot.state?.tail : tail;

async function traceOf<View extends CommitView, Plan extends CommitPlan<View>>(
  port: CommitPort<View, Plan>,
  plan: Plan,
  view: View,
): Promise<AppendTrace> {
  const fate = fateOf(plan.commit, plan.view.snapshot.state, view.snapshot.state);
  if (fate === "unclear") return port.trace(plan);
  return fate === "landed" ? "found" : "absent";
}

const COMMIT_ID_BYTES = 6;

/** Length of a commit's name in characters. */
export const COMMIT_ID_LENGTH = 2 * COMMIT_ID_BYTES;

/** Names a transaction among the few thousands that one chunk ever sees. */
function mintCommitId(): string {
  let id = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(COMMIT_ID_BYTES))) id += byte.toString(16).padStart(2, "0");
  return id;
}
