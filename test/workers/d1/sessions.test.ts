import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import { Database } from "../../../src/server/storage/d1/database.ts";
import { standIn } from "../row-meter.ts";
import { intercept } from "./intercept.ts";

const QUESTION = { sql: "SELECT 1 AS one", params: [] };

test("what a replica is asked must not be older than anything the primary told, whichever answer came last", async () => {
  const constraints: (string | undefined)[] = [];
  const withSession = (constraint?: string) => {
    const bookmark = `000${constraints.push(constraint)}`;
    return standIn(env.DB.withSession(), { getBookmark: () => bookmark });
  };
  const answers: PromiseWithResolvers<void>[] = [];
  const database = new Database(
    intercept(standIn(env.DB, { withSession }), async (run) => {
      const answer = await run();
      const held = Promise.withResolvers<void>();
      answers.push(held);
      await held.promise;
      return answer;
    }),
  );
  const ask = (): Promise<unknown> => database.fresh(QUESTION);
  const earlier = ask();
  await expect.poll(() => answers.length).toBe(1);
  const later = ask();
  await expect.poll(() => answers.length).toBe(2);
  answers[1]?.resolve();
  await later;
  answers[0]?.resolve();
  await earlier;
  void database.settled(QUESTION);
  await expect.poll(() => answers.length).toBe(3);
  expect(constraints).toEqual(["first-primary", "first-primary", "0002"]);
});
