import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { interruptible } from "../../src/cli/input/interruptible.ts";
import { linesOf, MAX_LINE_BYTES } from "../../src/cli/input/lines.ts";
import { pieces } from "./fake-shell.ts";

async function textsOf(all: readonly Uint8Array[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const some of linesOf(pieces(...all))) lines.push(...some.map((line) => Buffer.from(line).toString()));
  return lines;
}

test("lines are the same however their bytes come", async () => {
  const texts = fc.array(fc.constantFrom("a", "\u{1f980}", "\n", "\r\n", "bcd"), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(texts, fc.array(fc.nat(8), { maxLength: 20 }), async (parts, sizes) => {
      const text = parts.join("");
      const bytes = Buffer.from(text);
      const cut: Uint8Array[] = [];
      let at = 0;
      for (const size of sizes) {
        cut.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(await textsOf([...cut, bytes.subarray(at)])).toEqual(text.match(/[^\n]*\n|[^\n]+$/g) ?? []);
    }),
  );
});

test("a line that has no end is given up, behind the lines before it", async () => {
  const piece = Buffer.alloc(1024 * 1024, "x");
  let read = 0;
  const input = (async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from("1\n2\n");
    for (;;) {
      read += piece.length;
      yield piece;
    }
  })();
  const lines = linesOf(input);
  expect((await lines.next()).value).toHaveLength(2);
  await expect(lines.next()).rejects.toThrow(`Line 3 is longer than ${MAX_LINE_BYTES} bytes`);
  expect(read).toBe(MAX_LINE_BYTES + piece.length);
});

test("an interruption ends a wait with its reason", async () => {
  const { signal, abort } = withAbort();
  const source = (async function* (): AsyncGenerator<number> {
    yield 1;
    yield await new Promise<never>(() => {});
  })();
  const numbers = interruptible(source, signal);
  expect(await numbers.next()).toEqual({ done: false, value: 1 });
  const waiting = numbers.next();
  abort("enough");
  await expect(waiting).rejects.toBe("enough");
});

test("what has come through an interruptible source can be forgotten", async () => {
  setFlagsFromString("--expose-gc");
  const gc: unknown = runInNewContext("gc");
  if (typeof gc !== "function") throw new TypeError("There is no gc");
  const seen: WeakRef<Uint8Array>[] = [];
  const source = (async function* (): AsyncGenerator<Uint8Array> {
    for (let n = 0; n < 100; n++) yield new Uint8Array(1_000);
  })();
  for await (const piece of interruptible(source, withAbort().signal)) seen.push(new WeakRef(piece));
  // Weak references hold until the end of a task.
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  expect(seen.filter((piece) => piece.deref() !== undefined).length).toBeLessThan(10);
});

function withAbort(): { signal: AbortSignal; abort: (reason: unknown) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}
