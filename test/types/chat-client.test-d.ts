import { expectTypeOf, test } from "vitest";
import type { ChatClient } from "../../examples/ai-tokens/src/model.ts";

/** How providers declare it: overloads by `stream`, an array of their own, more reasons to finish than we know. */
interface Completions {
  create(body: { model: string; messages: ProviderMessage[]; stream?: false | null }): Promise<{ id: string }>;
  create(body: { model: string; messages: ProviderMessage[]; stream: true }): Promise<AsyncIterable<ProviderChunk>>;
}

type ProviderMessage =
  | { role: "system"; content: string | { type: "text"; text: string }[]; name?: string }
  | { role: "user"; content: string | { type: "text"; text: string }[] }
  | { role: "assistant"; content?: string | null };

interface ProviderChunk {
  id: string;
  choices: { delta: { content?: string | null; role?: string }; finish_reason: "stop" | "length" | null }[];
}

test("a provider's client is one that the ai-tokens example takes", () => {
  expectTypeOf<{ chat: { completions: Completions } }>().toExtend<ChatClient>();
});
