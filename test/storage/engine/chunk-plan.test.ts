import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Body } from "../../../src/server/storage/engine/body.ts";
import { type ChunkLimits, planChunks, tailAfter } from "../../../src/server/storage/engine/chunk-plan.ts";
import type { LogPosition } from "../../../src/server/storage/index.ts";

interface StoredChunk {
  readonly start: number;
  readonly seq: number;
  readonly lead: number;
  data: Uint8Array;
}

const encoder = new TextEncoder();

const limits: fc.Arbitrary<ChunkLimits> = fc
  .tuple(fc.integer({ min: 2, max: 80 }), fc.nat(40))
  .map(([maxBytes, below]) => ({ maxBytes, coalesceBelow: Math.min(below, maxBytes) }));

const jsonBodies = fc.array(
  fc.array(
    fc.oneof(
      fc.integer().map(String),
      fc.string({ maxLength: 200 }).map((value) => JSON.stringify(value)),
      fc.array(fc.integer(), { maxLength: 30 }).map((value) => JSON.stringify(value)),
    ),
    { minLength: 1, maxLength: 10 },
  ),
  { minLength: 1, maxLength: 12 },
);

/** Applies plans as a backend does, and notes every position that is minted on the way. */
function apply(bodies: readonly Uint8Array[], json: boolean, chunkLimits: ChunkLimits) {
  const chunks: StoredChunk[] = [];
  const minted: LogPosition[] = [];
  let tail: LogPosition = { pos: 0, seq: 0 };
  for (const body of bodies) {
    const last = chunks.at(-1);
    const open = last !== undefined && last.data.length < chunkLimits.coalesceBelow ? last : undefined;
    const plan = planChunks(tail, open?.data.length ?? 0, new Body(body, false).framed(json, "allow"), chunkLimits);
    if (open && plan.extend) open.data = Uint8Array.from([...open.data, ...plan.extend]);
    for (const chunk of plan.inserts) chunks.push({ ...chunk });
    tail = plan.tail;
    minted.push(tail);
  }
  return { chunks, minted, tail };
}

/** The positions behind each message, and 0. */
function boundariesOf(bodies: readonly (readonly string[])[]): number[] {
  const ends = [0];
  for (const source of bodies.flat()) ends.push((ends.at(-1) ?? 0) + encoder.encode(source).length + 1);
  return ends;
}

const encoded = (bodies: readonly (readonly string[])[]): Uint8Array[] =>
  bodies.map((sources) => encoder.encode(`[${sources.join(",")}]`));

describe("chunks of JSON", () => {
  const given = (check: (bodies: string[][], chunkLimits: ChunkLimits) => void) =>
    fc.assert(fc.property(jsonBodies, limits, check), { numRuns: 400 });

  test("join to what was appended", () => {
    given((bodies, chunkLimits) => {
      const { chunks, tail } = apply(encoded(bodies), true, chunkLimits);
      const joined = chunks.flatMap(({ data }) => [...data]);
      expect(Uint8Array.from(joined)).toEqual(encoder.encode(`${bodies.flat().join(",")},`));
      expect(tail.pos).toBe(joined.length);
    });
  });

  test("lie one behind the other, none of them empty or over the limit", () => {
    given((bodies, chunkLimits) => {
      let pos = 0;
      for (const { start, data } of apply(encoded(bodies), true, chunkLimits).chunks) {
        expect(start).toBe(pos);
        expect(data.length).toBeGreaterThan(0);
        expect(data.length).toBeLessThanOrEqual(chunkLimits.maxBytes);
        pos += data.length;
      }
    });
  });

  test("are counted without a gap", () => {
    given((bodies, chunkLimits) => {
      const { chunks } = apply(encoded(bodies), true, chunkLimits);
      expect(chunks.map(({ seq }) => seq)).toEqual(chunks.map((_, at) => at));
    });
  });

  test("begin inside a message only when it did not fit behind its first byte", () => {
    given((bodies, chunkLimits) => {
      const ends = boundariesOf(bodies);
      const { chunks } = apply(encoded(bodies), true, chunkLimits);
      for (const [at, { start }] of chunks.entries()) {
        if (ends.includes(start)) continue;
        const messageStart = ends.filter((end) => end < start).at(-1) ?? 0;
        const messageEnd = ends.find((end) => end > start) ?? 0;
        const holder = chunks.findLast((chunk) => chunk.start <= messageStart);
        const roomBehind = (holder?.start ?? 0) + chunkLimits.maxBytes - messageStart;
        expect(at).toBeGreaterThan(0);
        expect(messageEnd - messageStart).toBeGreaterThan(roomBehind);
      }
    });
  });

  test("say how far their first message boundary is", () => {
    given((bodies, chunkLimits) => {
      const ends = boundariesOf(bodies);
      for (const { start, lead } of apply(encoded(bodies), true, chunkLimits).chunks) {
        expect(start + lead).toBe(ends.find((end) => end >= start));
      }
    });
  });

  test("give a position the ordinal that it was minted with", () => {
    given((bodies, chunkLimits) => {
      const { chunks, minted, tail } = apply(encoded(bodies), true, chunkLimits);
      for (const { pos, seq } of minted) {
        const holder = chunks.find(({ start, data }) => start <= pos && pos < start + data.length);
        expect(holder?.seq ?? tail.seq).toBe(seq);
      }
    });
  });
});

describe("chunks of bytes", () => {
  const given = (check: (bodies: Uint8Array[], chunkLimits: ChunkLimits) => void) =>
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 }), limits, check),
      { numRuns: 400 },
    );

  test("join to what was appended, and have no lead", () => {
    given((bodies, chunkLimits) => {
      const { chunks } = apply(bodies, false, chunkLimits);
      expect(chunks.flatMap(({ data }) => [...data])).toEqual(bodies.flatMap((body) => [...body]));
      expect(chunks.every(({ lead }) => lead === 0)).toBe(true);
    });
  });

  test("are full, all but those that an append left long enough", () => {
    given((bodies, chunkLimits) => {
      const { chunks } = apply(bodies, false, chunkLimits);
      for (const { data } of chunks.slice(0, -1)) {
        expect(data.length).toBeGreaterThanOrEqual(chunkLimits.coalesceBelow);
      }
    });
  });

  test("give a position the ordinal that it was minted with", () => {
    given((bodies, chunkLimits) => {
      const { chunks, minted, tail } = apply(bodies, false, chunkLimits);
      for (const { pos, seq } of minted) {
        const holder = chunks.find(({ start, data }) => start <= pos && pos < start + data.length);
        expect(holder?.seq ?? tail.seq).toBe(seq);
      }
    });
  });
});

describe("the tail", () => {
  test("lies in the last chunk while that is open", () => {
    expect(tailAfter({ start: 10, length: 5, seq: 3 }, { maxBytes: 100, coalesceBelow: 6 })).toEqual({
      pos: 15,
      seq: 3,
    });
  });

  test("lies in the next chunk once the last is sealed", () => {
    expect(tailAfter({ start: 10, length: 6, seq: 3 }, { maxBytes: 100, coalesceBelow: 6 })).toEqual({
      pos: 16,
      seq: 4,
    });
  });
});
