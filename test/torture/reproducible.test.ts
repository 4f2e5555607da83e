import { expect, test } from "vitest";
import { memoryBed } from "./beds/memory.ts";
import { generate } from "./generate.ts";
import { programSeed } from "./random.ts";
import { run } from "./run.ts";

/** What happened, without what is minted at random. */
async function happenings(seed: number): Promise<unknown> {
  const bed = memoryBed();
  const { history, faults } = await run(generate(seed, bed), bed);
  const operations = history.operations.map(({ name, sent, answered, answer }) => {
    return [name, sent, answered, answer && { ...answer, streamId: undefined }];
  });
  return { operations, faults: [...faults].sort() };
}

test("a seed makes the same things happen in the same order", async () => {
  for (let index = 0; index < 10; index++) {
    const seed = programSeed(1, index);
    expect(await happenings(seed)).toEqual(await happenings(seed));
  }
});
