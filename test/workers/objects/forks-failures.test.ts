import { beforeEach, describe, expect, test } from "vitest";
import { Client, header, status } from "./client.ts";
import { eventually } from "./eventually.ts";
import { probe } from "./probe.ts";
import { fireAlarm, holdings, NOTHING, plannedKinds, registrations } from "./storage.ts";

const client = new Client("PROBED");

beforeEach(() => probe.reset());

describe("a failure on the way", () => {
  test("between acquiring and creating leaves an intent, and its alarm releases the source", async () => {
    await client.put("crash", { body: "data" });
    let acquired = false;
    const over = Promise.withResolvers<void>();
    probe.disturb("crash acquireFork", async (proceed) => {
      await proceed();
      acquired = true;
      await over.promise;
    });
    const answer = status(client.fork("crash/fork", "crash"));
    await eventually(() => acquired).toBe(true);
    await client.crash("crash/fork");
    expect(await answer).toBe(503);
    over.resolve();
    expect([await registrations(client, "crash"), await plannedKinds(client, "crash/fork")]).toEqual([1, ["abandon"]]);
    probe.clock.aheadMs += 60_000;
    await fireAlarm(client, "crash/fork");
    expect([await registrations(client, "crash"), await holdings(client, "crash/fork")]).toEqual([0, NOTHING]);
  });

  test("of the target is healed by the client's next request", async () => {
    await client.put("heal", { body: "data" });
    let acquired = false;
    const over = Promise.withResolvers<void>();
    probe.disturb("heal acquireFork", async (proceed) => {
      await proceed();
      acquired = true;
      await over.promise;
    });
    const answer = status(client.fork("heal/fork", "heal"));
    await eventually(() => acquired).toBe(true);
    await client.crash("heal/fork");
    await answer;
    over.resolve();
    expect(await status(client.fork("heal/fork", "heal"))).toBe(201);
    probe.clock.aheadMs += 60_000;
    await fireAlarm(client, "heal/fork");
    expect([await registrations(client, "heal"), await client.text("heal/fork")]).toEqual([1, "data"]);
  });

  test("that loses the source's answer is repeated into one registration", async () => {
    await client.put("lost", { body: "data" });
    probe.limits = { onError: () => {} };
    probe.disturb("lost acquireFork", async (proceed) => {
      await proceed();
      throw new Error("the answer is lost");
    });
    const first = await status(client.fork("lost/fork", "lost"));
    const second = await status(client.fork("lost/fork", "lost"));
    expect([first, second, await registrations(client, "lost")]).toEqual([500, 201, 1]);
  });

  test("that loses an ancestor's answer leaves no registration anywhere", async () => {
    await client.put("elder/0", { body: "a" });
    await client.fork("elder/1", "elder/0", { body: "b", headers: { "Content-Type": "text/plain" } });
    probe.limits = { onError: () => {} };
    probe.disturb("elder/0 retainFork", async (proceed) => {
      await proceed();
      throw new Error("the answer is lost");
    });
    await status(client.fork("elder/2", "elder/1"));
    expect([await registrations(client, "elder/0"), await registrations(client, "elder/1")]).toEqual([1, 0]);
  });

  test("that restarts the source answers 503, and leaves nothing after the alarm", async () => {
    await client.put("restarts", { body: "data" });
    probe.disturb("restarts acquireFork", async (proceed) => {
      await proceed();
      await client.crash("restarts");
    });
    const answer = await client.fork("restarts/fork", "restarts");
    expect([answer.status, answer.headers.has("Retry-After")]).toEqual([503, true]);
    probe.clock.aheadMs += 60_000;
    await fireAlarm(client, "restarts/fork");
    expect([await registrations(client, "restarts"), await holdings(client, "restarts/fork")]).toEqual([0, NOTHING]);
  });

  test("that delays the request to the source beyond its deadline registers nothing", async () => {
    await client.put("delayed", { body: "data" });
    probe.disturb("delayed acquireFork", async (proceed) => {
      probe.clock.aheadMs += 31_000;
      await proceed();
    });
    expect(await status(client.fork("delayed/fork", "delayed"))).toBe(503);
    expect(await registrations(client, "delayed")).toBe(0);
  });

  test("that delays an answer until the intent was given up creates nothing", async () => {
    await client.put("slow", { body: "data" });
    probe.disturb("slow acquireFork", async (proceed) => {
      await proceed();
      probe.clock.aheadMs += 60_000;
      await fireAlarm(client, "slow/fork");
    });
    expect(await status(client.fork("slow/fork", "slow"))).toBe(503);
    expect([await registrations(client, "slow"), await status(client.get("slow/fork"))]).toEqual([0, 404]);
  });

  test("of a release is retried by the alarm, later each time", async () => {
    await client.put("stuck", { body: "data" });
    await client.fork("stuck/fork", "stuck");
    const down = () => Promise.reject(new Error("the source is down"));
    probe.disturb("stuck releaseFork", down, 3);
    const before = probe.clock.now();
    expect(await status(client.delete("stuck/fork"))).toBe(204);
    const delays: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      const { alarm } = await holdings(client, "stuck/fork");
      delays.push(Math.round(((alarm ?? 0) - probe.clock.now()) / 1000));
      probe.clock.aheadMs += (alarm ?? 0) - probe.clock.now();
      await fireAlarm(client, "stuck/fork");
    }
    expect([before > 0, delays]).toEqual([true, [1, 2, 4]]);
    expect([await registrations(client, "stuck"), await holdings(client, "stuck/fork")]).toEqual([0, NOTHING]);
  });

  test("of a release survives the fork's path being used again", async () => {
    await client.put("reused", { body: "old" });
    await client.fork("reused/fork", "reused");
    probe.disturb("reused releaseFork", () => Promise.reject(new Error("the source is down")));
    await client.delete("reused/fork");
    await client.put("reused/fork", { body: "new" });
    probe.clock.aheadMs += 1500;
    await fireAlarm(client, "reused/fork");
    expect([await registrations(client, "reused"), await client.text("reused/fork")]).toEqual([0, "new"]);
  });

  test("of a release survives an eviction of the fork's object", async () => {
    await client.put("evicts", { body: "data" });
    await client.fork("evicts/fork", "evicts");
    probe.disturb("evicts releaseFork", () => Promise.reject(new Error("the source is down")));
    await client.delete("evicts/fork");
    await client.crash("evicts/fork");
    probe.clock.aheadMs += 1500;
    await fireAlarm(client, "evicts/fork");
    expect(await registrations(client, "evicts")).toBe(0);
  });

  test("of a source that was recreated does not reach the new stream", async () => {
    await client.put("anew", { body: "old" });
    const old = await header(client.fork("anew/fork", "anew"), "Stream-Id");
    probe.disturb("anew releaseFork", async (proceed) => {
      await proceed();
      throw new Error("the answer is lost");
    });
    await client.delete("anew");
    await client.delete("anew/fork");
    await client.put("anew", { body: "new" });
    await client.fork("anew/fork", "anew");
    probe.clock.aheadMs += 1500;
    await fireAlarm(client, "anew/fork");
    const id = await header(client.head("anew/fork"), "Stream-Id");
    expect([await registrations(client, "anew"), await client.text("anew/fork"), id === old]).toEqual([
      1,
      "new",
      false,
    ]);
  });
});
