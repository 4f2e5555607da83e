import { unitNames } from "../content.ts";
import { AFTERWARDS, type AppendAsk, type History, type Operation } from "../history.ts";
import type { ContentKind } from "../program.ts";
import type { Knowledge } from "./knowledge.ts";

type Append = Operation & { readonly ask: AppendAsk };

/** What can be said of a history without knowing the order of anything: each of these is a promise of its own. */
export function invariants(history: History, kind: ContentKind, knowledge: Knowledge): string[] {
  return [
    ...exactlyOnce(history, kind, knowledge),
    ...inOrder(history, knowledge),
    ...nothingAfterClosed(history, knowledge),
    ...goneForAReason(history),
    ...oneCreation(history),
  ];
}

const isAppend = (operation: Operation): operation is Append => operation.ask.kind === "append";

/** Streams that were read whole in the end, with their contents. */
function survivors({ operations }: History, knowledge: Knowledge): Map<string, { path: string; content: string }> {
  const found = new Map<string, { path: string; content: string }>();
  for (const { name, ask, answer } of operations) {
    if (name === AFTERWARDS && ask.kind === "read" && answer?.upToDate === true && answer.streamId !== undefined) {
      found.set(answer.streamId, { path: ask.path, content: knowledge.content(answer.streamId) });
    }
  }
  return found;
}

function exactlyOnce(history: History, kind: ContentKind, knowledge: Knowledge): string[] {
  const violations: string[] = [];
  const sends = new Map<string, number>();
  const producers = new Set<string>();
  for (const { ask, incomplete } of history.operations) {
    if (ask.kind !== "append" && ask.kind !== "create") continue;
    for (const unit of unitNames(kind, ask.content)) {
      if (!incomplete) sends.set(unit, (sends.get(unit) ?? 0) + 1);
      if (ask.kind === "append" && ask.producer !== undefined) producers.add(unit);
    }
  }
  for (const [streamId, { content }] of survivors(history, knowledge)) {
    const counts = new Map<string, number>();
    for (const unit of unitNames(kind, content)) counts.set(unit, (counts.get(unit) ?? 0) + 1);
    for (const [unit, count] of counts) {
      const most = producers.has(unit) ? Math.min(1, sends.get(unit) ?? 0) : (sends.get(unit) ?? 0);
      if (count > most) violations.push(`${unit} is ${count} times in ${streamId}, and may be ${most} times`);
    }
    for (const operation of history.operations) {
      if (!isAppend(operation) || operation.ask.content === "") continue;
      const { answer, ask, name } = operation;
      const stored = answer?.streamId === streamId && answer.status < 300 && !isForeignDuplicate(history, operation);
      if (stored && !content.includes(ask.content))
        violations.push(`${name} was acknowledged by ${streamId} and is not in it`);
    }
  }
  return violations;
}

/** A duplicate by its number, but the number was used for other bytes: then these need not be stored. */
function isForeignDuplicate({ operations }: History, { ask, answer }: Append): boolean {
  const { producer } = ask;
  if (producer === undefined || answer?.status !== 204) return false;
  return operations.some(
    (other) =>
      isAppend(other) &&
      other.ask.path === ask.path &&
      other.ask.content !== ask.content &&
      other.ask.producer?.id === producer.id &&
      other.ask.producer.epoch === producer.epoch &&
      other.ask.producer.seq >= producer.seq,
  );
}

/** Requests that do not overlap, and those of one producer, are in the log in their order. */
function inOrder(history: History, knowledge: Knowledge): string[] {
  const violations: string[] = [];
  const stored = history.operations.filter(isAppend).flatMap((operation) => {
    const { answer, answered, ask } = operation;
    const plainlyOnce = answer?.status === 200 || (answer?.status === 204 && ask.producer === undefined);
    if (!plainlyOnce || answer?.streamId === undefined || answered === undefined || ask.content === "") return [];
    const content = knowledge.content(answer.streamId);
    const at = content.indexOf(ask.content);
    const once = at !== -1 && content.indexOf(ask.content, at + 1) === -1;
    return once ? [{ operation, at, answered, streamId: answer.streamId, producer: ask.producer }] : [];
  });
  for (const first of stored) {
    for (const second of stored) {
      if (first.streamId !== second.streamId || first.at <= second.at) continue;
      const [a, b] = [first.producer, second.producer];
      const sameProducer = a !== undefined && a.id === b?.id && (a.epoch - b.epoch || a.seq - b.seq) < 0;
      if (first.answered.tick < second.operation.sent.tick || sameProducer) {
        violations.push(`${first.operation.name} came before ${second.operation.name}, and is behind it in the log`);
      }
    }
  }
  return violations;
}

function nothingAfterClosed({ operations }: History, knowledge: Knowledge): string[] {
  return operations.flatMap(({ name, answer }) => {
    if (answer?.closed !== true || answer.streamId === undefined || answer.nextOffset === undefined) return [];
    const end = knowledge.lengthAt(answer.streamId, answer.nextOffset);
    const { length } = knowledge.content(answer.streamId);
    return end === undefined || length <= end
      ? []
      : [`${name} heard that ${answer.streamId} ends at ${end} of ${length}`];
  });
}

/** A path whose stream was created is not empty as long as nobody deletes it and its time is not up. */
function goneForAReason({ operations }: History): string[] {
  const mortal = new Set(
    operations.flatMap(({ ask }) => {
      const lives =
        (ask.kind === "create" && ask.ttlMs === undefined && ask.expiresAt === undefined) || ask.kind === "fork";
      return (ask.kind === "create" && !lives) || (ask.kind === "fork" && ask.ttlMs !== undefined) ? [ask.path] : [];
    }),
  );
  if (mortal.size > 0) return [];
  return operations.flatMap(({ name, ask, sent, answer, answered }) => {
    if (answer?.status !== 404 && answer?.status !== 410) return [];
    if (ask.kind === "fork" || answered === undefined) return [];
    const created = operations.some(
      (other) =>
        (other.ask.kind === "create" || other.ask.kind === "fork") &&
        other.ask.path === ask.path &&
        (other.answer?.status ?? 500) < 300 &&
        (other.answered?.tick ?? Number.POSITIVE_INFINITY) < sent.tick,
    );
    const deleted = operations.some(
      (other) => other.ask.kind === "delete" && other.ask.path === ask.path && other.sent.tick < answered.tick,
    );
    return created && !deleted ? [`${name} was told ${answer.status}, and nobody had deleted ${ask.path}`] : [];
  });
}

/** Each creation makes a stream of its own. */
function oneCreation({ operations }: History): string[] {
  const creators = new Map<string, string>();
  return operations.flatMap(({ name, answer }) => {
    if (answer?.status !== 201 || answer.streamId === undefined) return [];
    const other = creators.get(answer.streamId);
    creators.set(answer.streamId, name);
    return other === undefined ? [] : [`${name} and ${other} both created ${answer.streamId}`];
  });
}
