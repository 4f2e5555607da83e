import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { initialOffset } from "../../src/shared/index.ts";
import { read } from "../docs/documents.ts";
import { DIFFERENCES } from "./differences.ts";
import { findDifference, numberFrom, play } from "./run.ts";
import { type RunningPair, startPair } from "./servers.ts";

/** `DIFFERENTIAL_PROGRAMS=20000 vitest run --project node test/differential` goes on for longer; a seed repeats a run. */
const programs = numberFrom("DIFFERENTIAL_PROGRAMS", 120);
// Always the same: whatever oddity of the reference a longer run may still meet, it must not fail somebody else's change.
const seed = numberFrom("DIFFERENTIAL_SEED", 1);

let pair: RunningPair;
beforeAll(async () => {
  // The reference says there when it fails inside, which some of the known differences are about.
  vi.spyOn(console, "error").mockImplementation(() => {});
  pair = await startPair();
});
afterAll(async () => {
  vi.restoreAllMocks();
  await pair.stop();
});

describe("a known difference from the reference server", () => {
  test.each(DIFFERENCES.map((difference) => [difference.id, difference] as const))(
    "is still there: %s",
    async (_id, difference) => {
      const met = async () => [...(await play(pair, difference.witness))].map(({ id }) => id);
      // A request that is to end the wait of another may overtake it.
      await expect.poll(met, { timeout: 10_000 }).toContain(difference.id);
    },
  );

  test("is told to people in the same words", () => {
    const rows = DIFFERENCES.map(({ id, section, reason }) => `| ${id} | ${section} | ${reason} |`);
    const told = read("docs/differences.md")
      .split("\n")
      .filter((line) => /^\| [a-z-]+ +\| \d/.test(line))
      .map((line) => line.replaceAll(/ {2,}/g, " "));
    expect(told).toEqual(rows);
  });
});

describe("random programs", () => {
  test(
    `find no other difference (seed ${seed}, ${programs} programs)`,
    async () => {
      expect(await findDifference(pair, seed, programs)).toBeUndefined();
    },
    60_000 + programs * 1000,
  );

  test.each([
    ["forgets the last message", /body/, (answer: Response) => shortened(answer)],
    ["does not say that a stream is closed", /stream-closed/, (answer: Response) => without(answer, "Stream-Closed")],
    ["names one offset for all", /order/, (answer: Response) => withOffset(answer)],
  ])("catch a server that %s, and shorten the program", async (_what, reason, tamper) => {
    const bad = await startPair(tamper);
    try {
      const found = (await findDifference(bad, 1, 300)) ?? "";
      expect(found).toMatch(reason);
      expect(found.split("\n").filter((line) => line.startsWith("    ")).length).toBeLessThan(6);
    } finally {
      await bad.stop();
    }
  });
});

async function shortened(answer: Response): Promise<Response> {
  const text = answer.headers.get("Content-Type") === "text/plain" ? await answer.text() : "";
  if (text === "") return answer;
  const { status, headers } = answer;
  headers.set("Content-Length", String(text.length - 1));
  return new Response(text.slice(0, -1), { status, headers });
}

function without(answer: Response, name: string): Response {
  answer.headers.delete(name);
  return answer;
}

function withOffset(answer: Response): Response {
  if (answer.headers.has("Stream-Next-Offset")) answer.headers.set("Stream-Next-Offset", initialOffset());
  return answer;
}
