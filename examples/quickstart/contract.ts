import { defineStream } from "durable-cf-streams";
import * as v from "valibot";

/** One message of a chat. */
export const messageSchema = v.object({
  from: v.pipe(v.string(), v.minLength(1), v.maxLength(40)),
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(2_000)),
});

/** One message of a chat. */
export type Message = v.InferOutput<typeof messageSchema>;

/** What chats hold. The Worker and the page both import this; change it, and what no longer fits does not compile. */
export const chats = defineStream({ path: "/chats/:chatId", schema: messageSchema });
