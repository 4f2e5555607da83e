import { kindOf } from "../../page/src/kind.ts";
import { startPage } from "../../page/src/page.ts";
import { chats } from "../contract.ts";
import { chatFormat } from "./chat-format.ts";

const chatKind = kindOf(chats.contentType, chatFormat, (name) => chats.match(name) !== undefined);

await startPage({ kinds: [chatKind], name: "chats/lobby" });
