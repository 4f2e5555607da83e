import { DurableStream, openStream } from "durable-cf-streams/client";
import * as v from "valibot";
import { chats } from "../getting-started/src/contract.ts";

// #region types
const baseUrl = "https://example.com/v1/stream";

/** By a contract: what the server checks too. The path's parameters are typed. */
export const lobby = openStream(chats, { baseUrl, path: { chatId: "lobby" } });

/** By a schema (any Standard Schema): writing takes its input, reading yields its output. */
const schema = v.object({
  at: v.pipe(
    v.string(),
    v.transform((text) => new Date(text)),
  ),
});
export const events = new DurableStream({ url: `${baseUrl}/events`, schema });

/** By the content type: text is `string`, anything but JSON and text is `Uint8Array`. */
export const log = new DurableStream({ url: `${baseUrl}/log`, contentType: "text/plain" });

/** By hand: nothing checks that messages are what you say. */
export const numbers = new DurableStream<number>({ url: `${baseUrl}/numbers` });
// #endregion types
