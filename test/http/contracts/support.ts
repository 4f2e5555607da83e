import * as z from "zod";
import type { StreamHandlerOptions } from "../../../src/server/http/index.ts";
import type { StreamStore } from "../../../src/server/storage/contract/index.ts";
import { defineStream } from "../../../src/shared/index.ts";
import { server } from "../server.ts";

/** What the messages of a chat are like. */
export const message = z.object({ text: z.string() });

export const chats = defineStream({ path: "/chats/:id", schema: message });
export const notes = defineStream({ path: "/notes/:id", contentType: "text/plain" });

export const JSON_TYPE = "application/json";

/** A server that keeps both contracts. */
export function guarded(options: Partial<StreamHandlerOptions> = {}, backing?: StreamStore) {
  return server({ contracts: [chats, notes], ...options }, backing);
}

/** A server with a chat that was created, and what its store was asked since. */
export async function withChat(options: Partial<StreamHandlerOptions> = {}) {
  const made = guarded(options);
  await made.create("chats/1", JSON_TYPE);
  made.calls.log.length = 0;
  return made;
}

/** The headers of an idempotent producer's batch. */
export const batch = (seq: number, epoch = 0): Record<string, string> => ({
  "Producer-Id": "p",
  "Producer-Epoch": String(epoch),
  "Producer-Seq": String(seq),
});
