import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { Client, status } from "./client.ts";
import { eventually } from "./eventually.ts";
import { fireAlarm, holdings, NOTHING } from "./storage.ts";

describe("a subclass with a store of its own", () => {
  const client = new Client("MEMORY");

  test("serves streams from it", async () => {
    await client.put("stream", { body: "in " });
    await client.post("stream", "memory");
    expect(await client.text("stream")).toBe("in memory");
  });

  test("stores nothing in the object", async () => {
    await client.put("light", { body: "data" });
    expect(await holdings(client, "light")).toEqual(NOTHING);
  });

  test("loses what its store loses", async () => {
    await client.put("lost", { body: "data" });
    await client.crash("lost");
    expect(await status(client.get("lost"))).toBe(404);
  });

  test("forks over objects", async () => {
    await client.put("source", { body: "inherited" });
    await client.fork("source/fork", "source");
    expect(await client.text("source/fork")).toBe("inherited");
  });

  test("answers a fork whose source was lost with 410", async () => {
    await client.put("vanishes", { body: "inherited" });
    await client.fork("vanishes/fork", "vanishes");
    await client.crash("vanishes");
    expect(await status(client.get("vanishes/fork"))).toBe(410);
  });

  test("deletes", async () => {
    await client.put("deleted", { body: "data" });
    expect([await status(client.delete("deleted")), await status(client.get("deleted"))]).toEqual([204, 404]);
  });

  test("has an alarm for its streams' lifetimes", async () => {
    await client.put("mortal", { headers: { "Stream-TTL": "3600" } });
    const { alarm } = await holdings(client, "mortal");
    expect(alarm).toBeGreaterThan(Date.now() + 3_500_000);
  });
});

describe("a subclass with options of its own", () => {
  const client = new Client("MEMORY");

  test("has its own limit for bodies", async () => {
    await client.put("limit");
    const answers = [
      await status(client.post("limit", "0123456789")),
      await status(client.post("limit", "0123456789+")),
    ];
    expect(answers).toEqual([204, 413]);
  });

  test("has its own long-poll duration", async () => {
    await client.put("wait");
    expect(await status(client.get("wait", "offset=now&live=long-poll"))).toBe(204);
  });
});

describe("a subclass with things of its own in the storage", () => {
  const client = new Client("ROOMS");
  const NOTES = "CREATE TABLE notes (text TEXT)";

  test("keeps its tables when the stream is deleted", async () => {
    await client.put("tables", { body: "data" });
    await client.inside("tables", ({ storage }) => {
      storage.sql.exec(NOTES);
      storage.sql.exec("INSERT INTO notes VALUES ('kept')");
    });
    await client.delete("tables");
    const notes = await client.inside("tables", ({ storage }) => storage.sql.exec("SELECT text FROM notes").toArray());
    expect(notes).toEqual([{ text: "kept" }]);
  });

  test("keeps its key-value entries when the stream is deleted", async () => {
    await client.put("entries", { body: "data" });
    await client.inside("entries", ({ storage }) => storage.kv.put("kept", 1));
    await client.delete("entries");
    expect(await client.inside("entries", ({ storage }) => storage.kv.get("kept"))).toBe(1);
  });

  test("can hold a stream again after a deletion that left its tables", async () => {
    await client.put("reused", { body: "old" });
    await client.inside("reused", ({ storage }) => void storage.sql.exec(NOTES));
    await client.delete("reused");
    await client.put("reused", { body: "new" });
    expect(await client.text("reused")).toBe("new");
  });

  test("loses all storage with the stream when it keeps nothing itself", async () => {
    await client.put("plain", { body: "data" });
    await client.delete("plain");
    expect(await holdings(client, "plain")).toEqual(NOTHING);
  });
});

describe("a subclass with an alarm of its own", () => {
  const client = new Client("ROOMS");

  /** Plans the object's own work. */
  const plan = (path: string, at: number) =>
    client.inside(path, async ({ storage }) => {
      storage.kv.put("reportAt", at);
      const current = await storage.getAlarm();
      await storage.setAlarm(Math.min(at, current ?? at));
    });

  const reports = (path: string) => runInDurableObject(env.ROOMS.getByName(path), (object) => object.reports);
  const alarm = async (path: string) => (await holdings(client, path)).alarm ?? Number.NaN;

  test("has it when it is due before the stream's end", async () => {
    const due = Date.now() + 60_000;
    await plan("first", due);
    await client.put("first", { headers: { "Stream-TTL": "3600" } });
    expect(await alarm("first")).toBe(due);
  });

  test("does its work, and the alarm goes on to the stream's end", async () => {
    await client.put("both", { headers: { "Stream-TTL": "3600" } });
    await plan("both", Date.now());
    await eventually(() => reports("both")).toBe(1);
    expect(await alarm("both")).toBeGreaterThan(Date.now() + 3_000_000);
  });

  test("has it again after an alarm that came for the stream", async () => {
    const due = Date.now() + 60_000;
    await client.put("again", { headers: { "Stream-TTL": "3600" } });
    await plan("again", due);
    await fireAlarm(client, "again");
    expect([await alarm("again"), await reports("again")]).toEqual([due, 0]);
  });

  test("keeps it when the stream is deleted", async () => {
    const due = Date.now() + 60_000;
    await client.put("kept", { body: "data" });
    await plan("kept", due);
    await client.delete("kept");
    expect(await alarm("kept")).toBe(due);
  });

  test("loses all storage with its last work when the stream went before", async () => {
    await client.put("last", { body: "data" });
    await plan("last", Date.now() + 60_000);
    await client.delete("last");
    await client.inside("last", ({ storage }) => storage.kv.put("reportAt", Date.now()));
    await fireAlarm(client, "last");
    expect(await holdings(client, "last")).toEqual(NOTHING);
  });
});
