import type { Task } from "../engine/task.ts";
import type { Chain } from "./chain.ts";
import { newborn } from "./chain-state.ts";
import type { ChainPut, R2Plan } from "./commit-plan.ts";
import type { Keys } from "./keys.ts";
import { putNew } from "./objects.ts";
import { streamIdIn } from "./path-record.ts";
import type { Paths } from "./paths.ts";
import type { TaskIndex } from "./task-index.ts";

/** What {@link CommitWriter} works with. */
export interface CommitWriterHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly chain: Chain;
  readonly paths: Paths;
  readonly tasks: TaskIndex;
}

/** Writes commits: one object decides, and whatever else there is to write leads to it or follows from it. */
export class CommitWriter {
  readonly #host: CommitWriterHost;

  constructor(host: CommitWriterHost) {
    this.#host = host;
  }

  /** Writes a plan if nothing has changed since it was made. When it throws, that is unknown. */
  async write(plan: R2Plan): Promise<boolean> {
    const { path } = plan.view;
    try {
      const written = await this.#write(plan);
      if (!written) this.#host.paths.doubt(path);
      return written;
    } catch (error) {
      this.#host.paths.doubt(path);
      throw error;
    }
  }

  async #write(plan: R2Plan): Promise<boolean> {
    const { paths, tasks } = this.#host;
    const { view, first, next } = plan;
    await tasks.add(view.path, plan.planned);
    const birth = first && (await this.#putFirst(view.path, first));
    if (next && !(await this.#putNext(next, plan.id))) return false;
    if (next && !plan.decidedByRecord) {
      paths.note(view.path, { stored: view.at.stored, chain: next.after });
      await this.#follow(plan);
      return true;
    }
    if (!(await this.#putRecord(plan))) return false;
    await this.#dropTasks(birth ? [...plan.dropped, birth] : plan.dropped);
    return true;
  }

  /**
   * Nobody contends for the first commit: nobody else knows the stream. If the path comes to name another stream, the
   * commit is deleted later: this transaction may yet try again, with the same stream.
   */
  async #putFirst(path: string, { streamId, object, after }: ChainPut): Promise<Pick<Task, "id" | "at">> {
    const { bucket, keys, tasks } = this.#host;
    const birth = await tasks.addBirth(path, streamId);
    await bucket.put(keys.commit(streamId, after.number), object.body, { customMetadata: object.metadata });
    return birth;
  }

  async #putNext({ streamId, after, object }: ChainPut, id: string): Promise<boolean> {
    const { bucket, keys, chain } = this.#host;
    if ((await putNew(bucket, keys.commit(streamId, after.number), object)) !== undefined) return true;
    // The platform may have repeated a write that had taken effect: then the conflict is with ourselves.
    return (await chain.commitId(streamId, after.number)) === id;
  }

  async #putRecord({ view, record, first, id, next }: R2Plan): Promise<boolean> {
    const { paths } = this.#host;
    if (record === undefined) return true;
    const stored = await paths.write(view.path, view.at.stored, record, id);
    if (stored === undefined) return false;
    const { stream } = stored.record;
    const same = stream !== undefined && streamIdIn(stored.record) === streamIdIn(view.at.stored.record);
    const born = stream && !same ? (first?.after ?? newborn(stream.identity, stream.closed)) : undefined;
    paths.note(view.path, { stored, chain: same ? (next?.after ?? view.at.chain) : born });
    return true;
  }

  /** The record, and the index of tasks, say late what the commit has decided: a failure leaves that to who comes next. */
  async #follow(plan: R2Plan): Promise<void> {
    if (plan.record === undefined) return;
    try {
      if (!(await this.#putRecord(plan))) return this.#host.paths.doubt(plan.view.path);
      await this.#dropTasks(plan.dropped);
    } catch {
      this.#host.paths.doubt(plan.view.path);
    }
  }

  async #dropTasks(dropped: readonly Pick<Task, "id" | "at">[]): Promise<void> {
    await this.#host.tasks.drop(dropped).catch(() => {});
  }
}
