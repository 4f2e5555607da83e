import { openStream } from "durable-cf-streams/client";
import * as v from "valibot";
import type { Composed, Format } from "../../page/src/formats/format.ts";
import { chats, type Message, messageSchema } from "../contract.ts";

/** How the page shows and writes the messages of a chat: typed and checked by the contract that the Worker keeps. */
export const chatFormat: Format<Message, Message> = {
  unit: ["message", "messages"],
  placeholder: "ada: hello",
  sample: JSON.stringify({ from: "ada", text: "hello" } satisfies Message),
  connect: ({ name, baseUrl, fetch }) => {
    const path = chats.match(name);
    if (path === undefined) throw new TypeError(`“${name}” is no chat`);
    return openStream(chats, { baseUrl, path, fetch });
  },
  show: ({ from, text }, log) => log.add(text, from),
  compose,
};

/** Whoever writes `ada: hello` is ada. */
function compose(typed: string): Composed<Message> {
  const [, from = "somebody", text = ""] = /^(?:(\S{1,40}): )?(.*)$/s.exec(typed) ?? [];
  const message: Message = { from, text };
  const [issue] = v.safeParse(messageSchema, message).issues ?? [];
  if (issue !== undefined) return { problem: issue.message };
  return { message, hint: `Goes as ${JSON.stringify(message)}` };
}
