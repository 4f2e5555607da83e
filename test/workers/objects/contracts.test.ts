import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { allowAnonymous } from "../../../src/server/durable-object/index.ts";
import { defineStream } from "../../../src/shared/index.ts";
import { Client, header, status } from "./client.ts";
import { door } from "./door.ts";
import { probe } from "./probe.ts";

const client = new Client("PROBED");
const contract = (schema: z.ZodType) => defineStream({ path: "/chats/:id", schema });
const chats = contract(z.object({ text: z.string() }));
const notes = defineStream({ path: "/notes/:id", contentType: "text/plain" });
const json = { "Content-Type": "application/json" };

const guarded = (...contracts: (typeof chats | typeof notes)[]) =>
  door({ authorize: allowAnonymous(), contracts: contracts.length === 0 ? [chats, notes] : contracts });

/** A body that does not announce its length. */
const inPieces = (...pieces: string[]): ReadableStream =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });

beforeEach(() => probe.reset());

describe("a Worker with contracts", () => {
  test("refuses what the schema refuses, and touches no object", async () => {
    const { ask, touched } = guarded();
    const headers = { ...json, Origin: "https://app.example" };
    const created = await ask("PUT", "chats/refused", { headers, body: '[{"text":1}]' });
    const appended = await ask("POST", "chats/refused", { headers: json, body: '{"text":1}' });
    expect([created.status, appended.status, touched]).toEqual([400, 400, []]);
    expect(created.headers.get("Access-Control-Allow-Origin")).toBe("*");
    expect(await created.json()).toMatchObject({ code: "InvalidMessageError", issues: [{ path: [0, "text"] }] });
  });

  test("forwards what it takes byte for byte, announced or in pieces, of any size", async () => {
    const { ask } = guarded();
    const long = `{"text":"${"é".repeat(200_000)}"}`;
    expect(await status(ask("PUT", "chats/taken", { headers: json, body: '{"text": "a"}' }))).toBe(201);
    expect(await status(ask("POST", "chats/taken", { headers: json, body: `[${long}]` }))).toBe(204);
    expect(await status(ask("POST", "chats/taken", { headers: json, body: inPieces('{"text"', ':"c"}') }))).toBe(204);
    expect(await client.text("chats/taken")).toBe(`[{"text": "a"},${long},{"text":"c"}]`);
  });

  test("creates with the contract's type when the request names none", async () => {
    const { ask } = guarded();
    expect(await header(ask("PUT", "chats/typed"), "Content-Type")).toBe("application/json");
    expect(await header(ask("PUT", "notes/typed", { body: inPieces("a", "b") }), "Content-Type")).toBe("text/plain");
    expect(await client.text("notes/typed")).toBe("ab");
  });

  test("closes with a type and a body that turns out empty", async () => {
    const { ask } = guarded();
    await status(ask("PUT", "chats/closed"));
    const closing = { headers: { ...json, "Stream-Closed": "true" }, body: inPieces() };
    expect(await header(ask("POST", "chats/closed", closing), "Stream-Closed")).toBe("true");
  });

  test("still tells a producer that its batch was stored before the contract changed", async () => {
    const batch = {
      headers: { ...json, "Producer-Id": "p", "Producer-Epoch": "0", "Producer-Seq": "0" },
      body: '{"text":"long"}',
    };
    await status(guarded().ask("PUT", "chats/changed"));
    expect(await status(guarded().ask("POST", "chats/changed", batch))).toBe(200);
    const changed = guarded(contract(z.object({ text: z.string().max(3) })));
    expect(await status(changed.ask("POST", "chats/changed", batch))).toBe(204);
    expect(await client.text("chats/changed")).toBe('[{"text":"long"}]');
    const next = { ...batch, headers: { ...batch.headers, "Producer-Seq": "1" } };
    expect(await status(changed.ask("POST", "chats/changed", next))).toBe(400);
  });
});
