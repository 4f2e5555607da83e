import type { Clock } from "../../../shared/index.ts";
import type { Task } from "../engine/task.ts";
import type { Chain } from "./chain.ts";
import { type ChainState, newborn } from "./chain-state.ts";
import type { ChainPut, R2Plan } from "./commit-plan.ts";
import type { Keys } from "./keys.ts";
import { putNew, unlessCrowded } from "./objects.ts";
import { streamIdIn } from "./path-record.ts";
import type { Paths } from "./paths.ts";
import type { TaskIndex } from "./task-index.ts";

/** What {@link CommitWriter} works with. */
export interface CommitWriterHost {
  readonly bucket: R2Bucket;
  readonly keys: Keys;
  readonly clock: Clock;
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
    const { paths } = this.#host;
    const { path, at } = plan.view;
    try {
      const written = !paths.isOld(at) && (await this.#write(plan));
      if (!written) paths.doubt(path);
      return written;
    } catch (error) {
      paths.doubt(path);
      throw error;
    }
  }

  async #write(plan: R2Plan): Promise<boolean> {
    const { paths, tasks, clock } = this.#host;
    const { view, first, next } = plan;
    const seenAt = clock.now();
    await tasks.add(view.path, plan.planned);
    const birth = first && (await tasks.addOrphan(view.path, first.streamId));
    if (first && !(await this.#isFirst(first, plan))) return false;
    if (next && !(await this.#isNext(next, plan))) return false;
    if (next && !plan.decidedByRecord) {
      paths.note(view.path, { stored: view.at.stored, chain: next.after, seenAt });
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
  async #isFirst(put: ChainPut, plan: R2Plan): Promise<boolean> {
    return (await this.#create(put)) || (await this.#met(put))?.id === plan.id;
  }

  /** Whoever is second knows the first one's commit from here on, and looks for the end behind it. */
  async #isNext(put: ChainPut, { id, view }: R2Plan): Promise<boolean> {
    if (await this.#create(put)) return true;
    const met = await this.#met(put);
    // The platform may have repeated a write that had taken effect: then the conflict is with ourselves.
    if (met?.id === id) return true;
    if (met !== undefined) this.#host.paths.overtaken(view.path, view.at, met.after);
    return false;
  }

  async #create({ after, object }: ChainPut): Promise<boolean> {
    const { bucket, keys } = this.#host;
    const put = putNew(bucket, keys.commit(after.state.streamId, after.number), object);
    return (await unlessCrowded(put)) !== undefined;
  }

  #met({ after }: ChainPut) {
    return this.#host.chain.met(after.state, after.number);
  }

  async #putRecord(plan: R2Plan): Promise<boolean> {
    const { paths, clock } = this.#host;
    const { view, record, first, id, next } = plan;
    if (record === undefined) return true;
    const seenAt = clock.now();
    const stored = await paths.write(view.path, view.at.stored, record, id);
    if (stored === undefined) return false;
    const { stream } = stored.record;
    const same = stream !== undefined && streamIdIn(stored.record) === streamIdIn(view.at.stored.record);
    const born = stream && !same ? (first?.after ?? newborn(stream.identity, stream.closed)) : undefined;
    const chain: ChainState | undefined = same ? (next?.after ?? view.at.chain) : born;
    paths.note(view.path, { stored, chain, seenAt: next || born ? seenAt : view.at.seenAt });
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
