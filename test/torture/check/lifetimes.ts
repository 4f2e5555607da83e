import type { History, Operation } from "../history.ts";
import type { ModelStream, Slot, World } from "./world.ts";

/** How a path may answer at a moment: with its stream, as empty, or as gone. */
export type View = { readonly kind: "live"; readonly stream: ModelStream } | { readonly kind: "absent" | "gone" };

/** How late a sliding lifetime may end. */
const LATE = 1.1;
/** Live connections are noticed to be gone by what is written to them; this is more than a rotation and a heartbeat. */
const LINGERING_MS = 8000;

/** Says when streams may have ended: times are known only to lie between a request and its answer. */
export class Lifetimes {
  readonly #uses = new Map<string, { readonly from: number; readonly to: number }[]>();
  readonly #forks = new Map<string, number[]>();
  readonly #restarts: readonly number[];

  constructor({ operations, restarts }: History) {
    this.#restarts = restarts;
    for (const { ask, sent, served, inDoubt, answered } of operations) {
      const ends = [served, answered].flatMap((moment) => moment?.time ?? []);
      const end = inDoubt || ends.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...ends);
      const lingers = ask.kind === "read" && ask.mode !== "catch up" ? LINGERING_MS : 0;
      if (ask.kind !== "head" && ask.kind !== "delete") {
        listed(this.#uses, ask.path).push({ from: sent.time, to: end + lingers });
      }
      if (ask.kind === "fork") listed(this.#forks, ask.source).push(sent.tick);
    }
  }

  /** How the path of an operation may look to it. */
  views(world: World, operation: Operation, path: string): View[] {
    const slot = world.slots.get(path);
    if (slot === undefined) return [{ kind: "absent" }];
    if (slot.kind === "removed") return this.#remains(world, operation, path, slot);
    const from = operation.sent.time;
    const to = endOf(operation);
    const views: View[] = [];
    if (this.#mayLive(slot.stream, path, from, to)) views.push({ kind: "live", stream: slot.stream });
    if (mayHaveEnded(slot.stream, to)) views.push(...this.#remains(world, operation, path, slot));
    return views;
  }

  /**
   * Whether a stream that looked ended may look alive later: who starts anew does not know of the last accesses, and
   * grants a tenth of the lifetime, unless the end was carried out.
   */
  mayComeBack({ ttlMs }: ModelStream, { sent }: Operation): boolean {
    return ttlMs !== undefined && this.#restarts.some((time) => time >= sent.time);
  }

  /** A stream that is over is kept for its forks, and for as long as it takes to notice that they are gone. */
  #remains(world: World, operation: Operation, path: string, slot: Slot): View[] {
    const { key } = slot.stream;
    const needed = [...world.slots.values()].some(
      ({ kind, stream }) => kind === "live" && stream.ancestors.has(key) && !mayHaveEnded(stream, endOf(operation)),
    );
    if (needed) return [{ kind: "gone" }];
    const end = operation.answered?.tick ?? Number.POSITIVE_INFINITY;
    const wasForked = this.#forks.get(path)?.some((tick) => tick < end) ?? false;
    return wasForked ? [{ kind: "absent" }, { kind: "gone" }] : [{ kind: "absent" }];
  }

  #mayLive({ ttlMs, expiresAt }: ModelStream, path: string, from: number, to: number): boolean {
    if (ttlMs === undefined) return expiresAt === undefined || from < expiresAt;
    const latest = Math.max(
      ...(this.#uses.get(path) ?? []).filter((use) => use.from <= to).map((use) => Math.min(use.to, to)),
    );
    return from <= latest + ttlMs * LATE;
  }
}

function mayHaveEnded({ ttlMs, expiresAt, usedAt }: ModelStream, to: number): boolean {
  if (ttlMs !== undefined) return to >= usedAt + ttlMs;
  return expiresAt !== undefined && to >= expiresAt;
}

/** The latest time at which an operation may have taken effect. */
const endOf = ({ answered, served, inDoubt }: Operation): number =>
  answered?.time ?? (inDoubt ? undefined : served?.time) ?? Number.POSITIVE_INFINITY;

function listed<Item>(lists: Map<string, Item[]>, key: string): Item[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}
