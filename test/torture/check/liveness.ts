import type { History, Operation, Watch } from "../history.ts";
import type { Knowledge } from "./knowledge.ts";

interface News {
  readonly name: string;
  readonly streamId: string;
  /** How much the stream held afterwards. */
  readonly length: number;
  readonly sent: number;
  readonly time: number;
}

/**
 * Nobody who waits is forgotten: what was acknowledged reaches everyone attached to the stream before long. Only a
 * server that is left alone owes that.
 */
export function liveness(history: History, knowledge: Knowledge, patience: number): string[] {
  const news = history.operations.flatMap((operation) => newsOf(operation, knowledge));
  const calm = (from: number, to: number): boolean =>
    !history.unrest.some((unrest) => unrest.from <= to && unrest.to >= from - patience);
  const forgotten: string[] = [];
  for (const { name, ask, answer, answered, sent } of history.operations) {
    if (ask.kind !== "read" || ask.mode !== "long-poll" || answer === undefined || answered === undefined) continue;
    const at = knowledge.startOf(ask, answer);
    for (const { streamId, length, time, sent: since, name: what } of news) {
      const isDue = streamId === answer.streamId && at !== undefined && at < length && since > sent.tick;
      if (isDue && time + patience < answered.time && calm(time, answered.time)) {
        forgotten.push(
          `${name} waited at ${at} and was told of ${what} no sooner than after ${answered.time - time} ms`,
        );
      }
    }
  }
  for (const watch of history.watches) {
    for (const item of news)
      if (isMissed(watch, item, patience, knowledge, calm)) {
        forgotten.push(`${watch.name} was attached and not told of ${item.name}`);
      }
  }
  return forgotten;
}

function newsOf({ ask, answer, answered, sent, name }: Operation, knowledge: Knowledge): News[] {
  if (ask.kind !== "append" || ask.content === "" || answered === undefined) return [];
  if (answer?.streamId === undefined || answer.nextOffset === undefined || answer.status >= 300) return [];
  const length = knowledge.lengthAt(answer.streamId, answer.nextOffset);
  return length === undefined
    ? []
    : [{ name, streamId: answer.streamId, length, sent: sent.tick, time: answered.time }];
}

function isMissed(
  { streamId, seen, until }: Watch,
  news: News,
  patience: number,
  knowledge: Knowledge,
  calm: (from: number, to: number) => boolean,
): boolean {
  const [first] = seen;
  if (streamId !== news.streamId || until === undefined || first === undefined || first.at.tick > news.sent)
    return false;
  const due = news.time + patience;
  if (due >= until.time || !calm(news.time, until.time)) return false;
  return !seen.some(
    ({ offset, at }) => at.time <= due && (knowledge.lengthAt(news.streamId, offset) ?? 0) >= news.length,
  );
}
