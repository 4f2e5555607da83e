import { advance, type Content } from "../content.ts";
import type { Answer, Ask, History, Operation } from "../history.ts";
import type { ContentKind } from "../program.ts";
import { judge, standingIs } from "./append-rules.ts";
import type { Knowledge } from "./knowledge.ts";
import { Lifetimes, type View } from "./lifetimes.ts";
import { type ModelStream, type World, withInheritance, withSlot, withStream } from "./world.ts";

/** Where a unit begins, whatever the kind of content. */
const UNIT_START = /\{"u":"|<(?=\d)/g;

/** So many positions can be tried one by one. */
const FEW_POSITIONS = 300;

type AskOf<Kind extends Ask["kind"]> = Extract<Ask, { kind: Kind }>;
type OperationOf<Kind extends Ask["kind"]> = Operation & { readonly ask: AskOf<Kind> };

/** What an operation led to. `finished` is false for the first half of a fork. */
export interface Step {
  readonly world: World;
  readonly finished: boolean;
}

/**
 * The protocol, told as plainly as possible: for a world, an operation and what its client was told, the worlds that
 * there may be afterwards. None means that the answer was wrong. Of an operation without an answer, only what changes
 * something counts.
 */
export class Model {
  readonly #kind: ContentKind;
  readonly #knowledge: Knowledge;
  readonly #lifetimes: Lifetimes;

  constructor(history: History, kind: ContentKind, knowledge: Knowledge) {
    this.#kind = kind;
    this.#knowledge = knowledge;
    this.#lifetimes = new Lifetimes(history);
  }

  /** The worlds after an operation. */
  steps(world: World, operation: Operation): Step[] {
    const { ask } = operation;
    if (ask.kind === "fork" && !world.inheritances.has(operation.id)) {
      return [...this.#inherit(world, { ...operation, ask }), ...this.#visit(world, operation)];
    }
    return this.#visit(world, operation);
  }

  #visit(world: World, operation: Operation): Step[] {
    const { path } = operation.ask;
    return this.#lifetimes.views(world, operation, path).flatMap((view) => {
      const settled = this.#settle(world, operation, path, view);
      return this.#apply(settled, operation, view)
        .filter((after) => this.#fits(after, path))
        .map((after) => ({ world: after, finished: true }));
    });
  }

  /** The world in which a stream that looks ended has ended, unless it may come back. */
  #settle(world: World, operation: Operation, path: string, view: View): World {
    const slot = world.slots.get(path);
    if (slot === undefined || view.kind === "live") return world;
    if (slot.kind === "live" && this.#lifetimes.mayComeBack(slot.stream, operation)) return world;
    return withSlot(world, path, view.kind === "absent" ? undefined : { kind: "removed", stream: slot.stream });
  }

  #apply(world: World, operation: Operation, view: View): World[] {
    const { ask, answer } = operation;
    const refused = answer !== undefined && ask.kind !== "create" && ask.kind !== "fork";
    if (refused && view.kind === "absent") return answer.status === 404 ? [world] : [];
    if (refused && view.kind === "gone") return answer.status === 410 ? [world] : [];
    switch (ask.kind) {
      case "create":
      case "fork":
        return this.#create(world, { ...operation, ask }, view);
      case "append":
        return view.kind === "live" ? this.#append(world, { ...operation, ask }, view.stream) : [];
      case "delete":
        if (view.kind !== "live" || (answer !== undefined && answer.status !== 204)) return [];
        return [withSlot(world, ask.path, { kind: "removed", stream: view.stream })];
      case "head":
        return answer !== undefined && view.kind === "live" ? this.#head(world, ask.path, answer, view.stream) : [];
      case "read":
        return answer !== undefined && view.kind === "live"
          ? this.#read(world, { ...operation, ask }, answer, view.stream)
          : [];
    }
  }

  /** PUT, at its path: of a fork the second half. */
  #create(world: World, operation: OperationOf<"create" | "fork">, view: View): World[] {
    const { ask, answer, id, sent } = operation;
    // An end of life that was ahead when the request was sent may have passed when it arrived.
    if (answer?.status === 400 && ask.kind === "create") {
      return ask.expiresAt !== undefined && timeOf(operation) >= ask.expiresAt ? [world] : [];
    }
    if (view.kind === "gone") return answer?.status === 409 ? [world] : [];
    if (view.kind === "live") {
      if (answer === undefined) return [];
      if (answer.status === 409) return matches(ask, view.stream) ? [] : [world];
      if (answer.status !== 200 || !matches(ask, view.stream)) return [];
      return this.#told(withInheritance(world, id, undefined), ask.path, view.stream, answer);
    }
    if (answer !== undefined && answer.status !== 201) return [];
    const inheritance = world.inheritances.get(id);
    if (ask.kind === "fork" && inheritance === undefined) return [];
    const stream: ModelStream = {
      key: id,
      streamId: undefined,
      content: ask.kind === "fork" ? (inheritance?.content ?? "") : ask.content,
      closed: ask.kind === "create" && ask.closed,
      ttlMs: ask.kind === "create" ? ask.ttlMs : inheritance?.ttlMs,
      expiresAt: ask.kind === "create" ? ask.expiresAt : inheritance?.expiresAt,
      asked: {
        ttlMs: ask.ttlMs,
        expiresAt: ask.kind === "create" ? ask.expiresAt : undefined,
        fork: ask.kind === "create" ? undefined : { source: ask.source, offset: ask.offset, sub: ask.sub },
      },
      usedAt: sent.time,
      lastSeq: undefined,
      producers: new Map(),
      ancestors: inheritance?.ancestors ?? new Set(),
    };
    const created = withInheritance(withStream(world, ask.path, stream), id, undefined);
    return answer === undefined ? [created] : this.#told(created, ask.path, stream, answer);
  }

  /** The first half of a fork, at its source: what it will hold is fixed, or it is refused. */
  #inherit(world: World, operation: OperationOf<"fork">): Step[] {
    const { ask, answer, id } = operation;
    if (answer?.status === 200) return [];
    return this.#lifetimes.views(world, operation, ask.source).flatMap((view): Step[] => {
      const settled = this.#settle(world, operation, ask.source, view);
      const refusal = (status: number): Step[] =>
        answer?.status === status ? [{ world: settled, finished: true }] : [];
      if (view.kind !== "live") return refusal(view.kind === "absent" ? 404 : 409);
      const { stream } = view;
      const base = this.#forkPoint(ask, stream);
      if (base === "invalid") return refusal(400);
      if (answer !== undefined && answer.status !== 201) {
        // An offset of another stream may or may not be one of this stream's; a source of the source may be gone.
        const excused = base === "unknown" ? 400 : stream.ancestors.size > 0 ? 410 : undefined;
        return excused === undefined ? [] : refusal(excused);
      }
      const points = base === "unknown" ? this.#possiblePoints(answer, stream.content, ask.sub) : [base];
      return points.map((point) => {
        const inheritance = {
          content: stream.content.slice(0, point),
          ttlMs: ask.ttlMs ?? stream.ttlMs,
          expiresAt: ask.ttlMs === undefined ? stream.expiresAt : undefined,
          ancestors: new Set([...stream.ancestors, stream.key]),
        };
        return { world: withInheritance(settled, id, inheritance), finished: false };
      });
    });
  }

  /** Where a fork may have left its source, when the offset says nothing: where its own tail was told to be, if it was. */
  #possiblePoints(answer: Answer | undefined, content: Content, sub: number): number[] {
    const { streamId, nextOffset } = answer ?? {};
    const told = streamId && nextOffset && this.#knowledge.lengthAt(streamId, nextOffset);
    if (typeof told === "number") return told <= content.length ? [told] : [];
    if (content.length <= FEW_POSITIONS) return Array.from({ length: content.length + 1 }, (_, at) => at);
    const starts = Array.from(content.matchAll(UNIT_START), ({ index }) => index).concat(content.length);
    return starts.flatMap((start) => advance(this.#kind, content, start, sub) ?? []);
  }

  #forkPoint({ offset, sub }: AskOf<"fork">, { content, streamId }: ModelStream): number | "invalid" | "unknown" {
    if (offset === undefined) return content.length;
    const anchor = offset === "-1" ? 0 : streamId && this.#knowledge.lengthAt(streamId, offset);
    if (anchor === undefined || anchor === "") return "unknown";
    if (anchor > content.length) return "invalid";
    return advance(this.#kind, content, anchor, sub) ?? "invalid";
  }

  #append(world: World, operation: OperationOf<"append">, stream: ModelStream): World[] {
    const { ask, answer, sent } = operation;
    const verdict = judge(ask, stream);
    if (answer !== undefined && answer.status !== verdict.status) return [];
    if (answer === undefined && !verdict.changes) return [];
    if (answer !== undefined && !verdict.accepted) return standingIs(answer, verdict) ? [world] : [];
    const after: ModelStream = {
      ...stream,
      usedAt: Math.max(stream.usedAt, sent.time),
      ...(verdict.changes && {
        content: stream.content + ask.content,
        closed: stream.closed || ask.close,
        lastSeq: (ask.content === "" ? undefined : ask.streamSeq) ?? stream.lastSeq,
        producers:
          ask.producer === undefined
            ? stream.producers
            : new Map(stream.producers).set(ask.producer.id, { epoch: ask.producer.epoch, seq: ask.producer.seq }),
      }),
    };
    const next = withStream(world, ask.path, after);
    if (answer === undefined) return [next];
    return standingIs(answer, verdict) ? this.#told(next, ask.path, after, answer) : [];
  }

  #head(world: World, path: string, answer: Answer, stream: ModelStream): World[] {
    return answer.status === 200 ? this.#told(world, path, stream, answer) : [];
  }

  #read(world: World, operation: OperationOf<"read">, answer: Answer, stream: ModelStream): World[] {
    const { ask, sent } = operation;
    const { content, closed } = stream;
    if (answer.status === 400) {
      const own =
        ask.from === "-1" || ask.from === "now" || (ask.origin !== undefined && ask.origin === stream.streamId);
      return own ? [] : [world];
    }
    if (answer.status !== 200 && answer.status !== 204) return [];
    if (answer.streamId === undefined || answer.nextOffset === undefined) return [];
    const from = this.#knowledge.startOf(ask, answer);
    if (from !== undefined) {
      const to = from + answer.content.length;
      if (content.slice(from, to) !== answer.content || to > content.length) return [];
      const atTail = to === content.length;
      if (answer.upToDate !== atTail || answer.closed !== (atTail && closed)) return [];
      if (answer.status === 204 && !atTail) return [];
    }
    const used = { ...stream, usedAt: Math.max(stream.usedAt, sent.time) };
    return this.#identified(withStream(world, ask.path, used), ask.path, used, answer);
  }

  /** The world after an answer that told of a stream's tail, and whether it is closed. */
  #told(world: World, path: string, stream: ModelStream, answer: Answer): World[] {
    const { streamId, nextOffset } = answer;
    if (streamId === undefined || nextOffset === undefined || answer.closed !== stream.closed) return [];
    const tail = this.#knowledge.lengthAt(streamId, nextOffset);
    if (tail !== undefined && tail !== stream.content.length) return [];
    return this.#identified(world, path, stream, answer);
  }

  /** The world after an answer that told of a stream's identity. */
  #identified(world: World, path: string, stream: ModelStream, { streamId }: Answer): World[] {
    if (streamId === undefined || (stream.streamId ?? streamId) !== streamId) return [];
    return [stream.streamId === undefined ? withStream(world, path, { ...stream, streamId }) : world];
  }

  /** What is in a stream must be what its readers saw: the order of appends is read off the log. */
  #fits(world: World, path: string): boolean {
    const slot = world.slots.get(path);
    if (slot?.kind !== "live" || slot.stream.streamId === undefined) return true;
    const { content } = slot.stream;
    const seen = this.#knowledge.content(slot.stream.streamId);
    return seen.length < content.length ? content.startsWith(seen) : seen.startsWith(content);
  }
}

const timeOf = ({ answered }: Operation): number => answered?.time ?? Number.POSITIVE_INFINITY;

/** Whether a PUT asks for the stream that is there. */
function matches(ask: AskOf<"create" | "fork">, { asked, closed }: ModelStream): boolean {
  if (ask.ttlMs !== asked.ttlMs || (ask.kind === "create" && ask.closed) !== closed) return false;
  if (ask.kind === "create") return asked.fork === undefined && ask.expiresAt === asked.expiresAt;
  const { fork, expiresAt } = asked;
  return expiresAt === undefined && fork?.source === ask.source && fork.offset === ask.offset && fork.sub === ask.sub;
}
