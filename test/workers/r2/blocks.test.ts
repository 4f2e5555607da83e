import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { Blocks } from "../../../src/server/storage/r2/blocks.ts";
import { newborn } from "../../../src/server/storage/r2/chain-state.ts";
import { encodeCommit } from "../../../src/server/storage/r2/commit-object.ts";
import { Keys } from "../../../src/server/storage/r2/keys.ts";
import { FAN_OUT } from "../../../src/server/storage/r2/segment.ts";
import { mintStreamId, type StreamId, systemClock } from "../../../src/shared/index.ts";
import { bytes, TEXT_TYPE } from "../../storage/contract/support.ts";
import { empty } from "./harness.ts";

const keys = new Keys("dcs/");

beforeEach(empty);

/** Puts commits of a stream, each with as many bytes as is said and with a state of many producers. */
async function putCommits(streamId: StreamId, lengths: readonly number[]): Promise<void> {
  const base = { pos: 0, seq: 0 };
  const never = { ttlSeconds: undefined, expiresAt: undefined, fork: undefined };
  const before = newborn({ streamId, contentType: TEXT_TYPE, createdAt: 0, base, ...never }, false);
  const producers = new Map(Array.from({ length: 500 }, (_, i) => [`producer ${i}`, { epoch: 0, lastSeq: 0 }]));
  let pos = 0;
  for (const [index, length] of lengths.entries()) {
    pos += length;
    const after = { ...before, producers, state: { ...before.state, tail: { pos, seq: index + 1 } } };
    const parts = { id: "id", at: 0, after, chunks: [[length, 0]] as const, bytes: bytes("x".repeat(length)) };
    const { body, metadata } = encodeCommit(parts);
    await env.BUCKET.put(keys.commit(streamId, index + 1), body, { customMetadata: metadata });
  }
}

const open = () => new Blocks({ bucket: env.BUCKET, keys, fanOut: FAN_OUT, clock: systemClock, random: Math.random });

describe("what is remembered of a commit", () => {
  test("keeps alive its own bytes only, and nothing of the state that was read with them", async () => {
    const streamId = mintStreamId();
    await putCommits(streamId, [10]);
    const blocks = open();
    await blocks.commit(streamId, 1);
    expect(blocks.startingAt(streamId, 0)?.bytes?.buffer.byteLength).toBe(10);
  });

  test("is its place alone if it is large", async () => {
    const streamId = mintStreamId();
    await putCommits(streamId, [300_000]);
    const blocks = open();
    await blocks.commit(streamId, 1);
    expect(blocks.startingAt(streamId, 0)).toMatchObject({ length: 300_000, bytes: undefined });
  });

  test("is forgotten when newer ones take the memory, whichever way it is looked for", async () => {
    const streamId = mintStreamId();
    const length = 200_000;
    await putCommits(
      streamId,
      Array.from({ length: 30 }, () => length),
    );
    const blocks = open();
    for (let number = 1; number <= 30; number++) await blocks.commit(streamId, number);
    const remembered = Array.from({ length: 30 }, (_, i) => blocks.startingAt(streamId, i * length) !== undefined);
    expect(remembered.filter(Boolean).length).toBe(20);
    expect(remembered.slice(-20)).not.toContain(false);
    expect(blocks.numberAfter(streamId, length)).toBeUndefined();
    expect(blocks.numberAfter(streamId, 30 * length)).toBe(31);
  });
});
