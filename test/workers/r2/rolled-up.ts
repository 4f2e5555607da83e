import { env } from "cloudflare:workers";
import { type ChainState, newborn } from "../../../src/server/storage/r2/chain-state.ts";
import { type CommitEntry, encodeCommit } from "../../../src/server/storage/r2/commit-object.ts";
import { Keys } from "../../../src/server/storage/r2/keys.ts";
import type { NewObject } from "../../../src/server/storage/r2/objects.ts";
import { encodePath } from "../../../src/server/storage/r2/path-record.ts";
import { completeBelow, encodeSegment, FAN_OUT, ordinalOf, spansOf } from "../../../src/server/storage/r2/segment.ts";
import { encodeStreamPath, mintStreamId } from "../../../src/shared/index.ts";
import { bytes, TEXT_TYPE } from "../../storage/contract/support.ts";

/** What an append of {@link putRolledUp} holds. */
export const messageOf = (index: number): string => `${index},`;

/**
 * Puts a text stream of small appends into the bucket as it is when they were rolled up and freed long ago: to make
 * thousands of appends takes long.
 *
 * @param appends One less than a multiple of the commits of a segment.
 * @param at When they were made, in ms since the epoch.
 */
export async function putRolledUp(path: string, appends: number, at: number): Promise<void> {
  const keys = new Keys("dcs/");
  const put = (key: string, { body, metadata }: NewObject) => env.BUCKET.put(key, body, { customMetadata: metadata });
  const streamId = mintStreamId();
  const base = { pos: 0, seq: 0 };
  const never = { ttlSeconds: undefined, expiresAt: undefined, fork: undefined };
  const identity = { streamId, contentType: TEXT_TYPE, createdAt: at, base, ...never };
  const entries = entriesOf(appends, at);
  for (const { level, ordinal, first, end } of segmentsOf(appends)) {
    const held = entries.filter(({ number }) => number >= first && number < end);
    const pieces = held.map(({ number }) => bytes(messageOf(number - 1)));
    await put(keys.segment(streamId, level, ordinal), encodeSegment(held, pieces));
  }
  const data = bytes(messageOf(appends - 1));
  const start = entries.at(-1)?.start ?? 0;
  const empty = newborn(identity, false);
  const tail = { pos: start + data.length, seq: appends };
  const after: ChainState = { ...empty, number: appends, state: { ...empty.state, tail } };
  const commit = encodeCommit({ id: "prepared", at, after, chunks: [[data.length, 0]], bytes: data });
  await put(keys.commit(streamId, appends), commit);
  const stream = { identity, closed: false, from: appends, freed: completeBelow(appends, FAN_OUT) - FAN_OUT };
  await put(keys.path(await encodeStreamPath(path)), encodePath(path, { stream, tasks: [] }, "prepared"));
}

function entriesOf(appends: number, at: number): CommitEntry[] {
  const entries: CommitEntry[] = [];
  let start = 0;
  for (let number = 1; number <= appends; number++) {
    const { length } = messageOf(number - 1);
    entries.push({ number, start, seq: number - 1, at, chunks: [[length, 0]] });
    start += length;
  }
  return entries;
}

/** The segments of the second level, and those of the first that they do not replace. */
function segmentsOf(appends: number) {
  const segments: { level: number; ordinal: number; first: number; end: number }[] = [];
  let first = 0;
  for (const [level, span] of [...spansOf(FAN_OUT).entries()].reverse()) {
    for (const end = completeBelow(appends, span); first < end; first += span) {
      segments.push({ level: level + 1, ordinal: ordinalOf(first, span), first, end: first + span });
    }
  }
  return segments;
}
