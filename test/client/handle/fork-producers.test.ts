import { expect, test } from "vitest";
import { inProcess } from "./support.ts";

test("a producer on a fork begins anew, though the source knows its id", async () => {
  const { contentOf, stream } = inProcess();
  const source = stream("a");
  await source.create();
  const before = source.producer({ id: "ada", epoch: 3 });
  await before.append(1);
  await before.append(2);
  const fork = await source.fork({ to: "b" });
  const after = fork.producer({ id: "ada" });
  expect(await after.append(3)).toMatchObject({ epoch: 0, seq: 0 });
  expect(await before.append(4)).toMatchObject({ epoch: 3, seq: 2 });
  expect(await contentOf("b")).toBe("[1,2,3]");
  expect(await contentOf("a")).toBe("[1,2,4]");
});
