import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frameJson, MessageWalker, splitStored } from "../../../src/shared/index.ts";
import { arrayText, spacedMessage, utf8 } from "./support.ts";

const storedBytes = fc
  .array(spacedMessage, { minLength: 1, maxLength: 10 })
  .map((parts) => frameJson(utf8(arrayText(parts)), { owned: true }).bytes);

function naiveEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (const message of splitStored(bytes)) ends.push((ends.at(-1) ?? 0) + message.length + 1);
  return ends;
}

describe("MessageWalker", () => {
  test("finds the last message end of each piece, wherever the bytes are cut", () => {
    fc.assert(
      fc.property(storedBytes, fc.array(fc.nat(500), { maxLength: 8 }), (bytes, cuts) => {
        const ends = naiveEnds(bytes);
        const edges = [...new Set([0, ...cuts.map((cut) => cut % bytes.length), bytes.length])].sort((a, b) => a - b);
        const walker = new MessageWalker();
        for (const [piece, to] of edges.slice(1).entries()) {
          const from = edges[piece] ?? 0;
          const last = ends.findLast((end) => end > from && end <= to) ?? -1;
          expect(walker.scan(bytes, from, to)).toBe(last);
          expect(walker.messages).toBe(ends.filter((end) => end <= to).length);
          expect(walker.atBoundary).toBe(ends.includes(to));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("agrees under every single cut and byte by byte", () => {
    const bytes = frameJson(utf8('["\\\\",{"a\\"":[",]"]},1e5,"\\u00e9é",[[],{}],-0]')).bytes;
    const ends = naiveEnds(bytes);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const walker = new MessageWalker();
      const found = [walker.scan(bytes.slice(0, cut), 0, cut), walker.scan(bytes, cut, bytes.length)];
      expect(found).toEqual([ends.findLast((end) => end <= cut) ?? -1, cut === bytes.length ? -1 : bytes.length]);
    }
    const walker = new MessageWalker();
    expect([...bytes.keys()].filter((at) => walker.scan(bytes, at, at + 1) !== -1).map((at) => at + 1)).toEqual(ends);
  });

  test("stops after as many messages as asked for and goes on from there", () => {
    fc.assert(
      fc.property(
        storedBytes,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 10, maxLength: 10 }),
        (bytes, steps) => {
          const ends = naiveEnds(bytes);
          const walker = new MessageWalker();
          let at = 0;
          let taken = 0;
          for (const max of steps) {
            const next = walker.scan(bytes, at, bytes.length, max);
            taken = Math.min(taken + max, ends.length);
            at = next === -1 ? bytes.length : next;
            expect([at, walker.messages, walker.atBoundary]).toEqual([ends[taken - 1], taken, true]);
          }
        },
      ),
    );
  });

  test("does nothing when no messages or no bytes are asked for", () => {
    const walker = new MessageWalker();
    expect([walker.scan(utf8("1,"), 0, 2, 0), walker.scan(utf8("1,"), 1, 1), walker.messages]).toEqual([-1, -1, 0]);
    expect(walker.atBoundary).toBe(true);
  });

  test("says when it stands inside a message", () => {
    const walker = new MessageWalker();
    walker.scan(utf8("12"), 0, 2);
    expect(walker.atBoundary).toBe(false);
  });
});
