import { defineStream } from "durable-cf-streams";
import * as v from "valibot";

/** What a chat holds. */
export const chats = defineStream({
  path: "/chats/:chatId",
  schema: v.object({
    from: v.pipe(v.string(), v.minLength(1)),
    text: v.pipe(v.string(), v.maxLength(2_000)),
  }),
});
