import { expect, test } from "vitest";
import { formatBytes, Progress } from "../../src/cli/progress.ts";
import type { Shell } from "../../src/cli/shell.ts";
import { pieces } from "./fake-shell.ts";

function setUp({ isErrorTerminal = true, isShown = true }) {
  let now = 0;
  const told: string[] = [];
  const shell: Shell = {
    input: pieces(),
    isInputTerminal: false,
    isOutputTerminal: false,
    isErrorTerminal,
    env: {},
    signal: new AbortController().signal,
    write: async () => {},
    tell: (text) => void told.push(text),
    clock: { now: () => now, setTimeout: () => undefined, clearTimeout: () => {} },
  };
  const progress = new Progress(shell, isShown);
  const at = (ms: number, messages: number, bytes: number): void => {
    now = ms;
    progress.add(messages, bytes);
  };
  return { progress, told, at };
}

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1.0 kB"],
  [12_345_678, "12.3 MB"],
  [5e18, "5000000.0 TB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("a long transfer is shown five times a second at most, and disappears", () => {
  const { progress, told, at } = setUp({});
  at(500, 1_000, 1_000_000);
  expect(told).toEqual([]);
  at(1_000, 1_000, 1_000_000);
  at(1_199, 1, 1);
  at(1_200, 0, 399_999);
  progress.clear();
  progress.clear();
  expect(told).toEqual([
    "\r\u001b[K2.0 MB in 2,000 messages, 2.0 MB/s",
    "\r\u001b[K2.4 MB in 2,001 messages, 2.0 MB/s",
    "\r\u001b[K",
  ]);
});

test("a note stands on a line of its own, above what is shown", () => {
  const { progress, told, at } = setUp({});
  at(2_000, 0, 2_000);
  progress.note("a word");
  at(2_001, 0, 0);
  expect(told).toEqual(["\r\u001b[K2.0 kB, 1.0 kB/s", "\r\u001b[K", "a word\n", expect.stringMatching(/2\.0 kB/)]);
});

test.each([
  ["nobody watches", { isErrorTerminal: false }],
  ["it would spoil the output", { isShown: false }],
])("nothing is shown when %s", (_, options) => {
  const { told, at, progress } = setUp(options);
  at(10_000, 1, 1);
  expect(told).toEqual([]);
  expect(progress).toMatchObject({ messages: 1, bytes: 1 });
});
