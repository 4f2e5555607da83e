import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { Command } from "./command.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

test("from an empty folder, the README's commands, Worker and client carry a message round", async () => {
  await using newcomer = new Command(["node", "scripts/newcomer.ts"], { cwd: project });
  const { code, stdout, stderr } = await newcomer.ended;
  console.log(stdout);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [first, second] = stdout.split("$ node client.ts\n").slice(1);
  expect(first?.match(/ada: hello/g)).toHaveLength(1);
  expect(second?.match(/ada: hello/g)).toHaveLength(2);
}, 180_000);
