// A model that runs anywhere, costs nothing and always says the same: it has the interface of a streaming chat
// completion, and none of the wit.

/** One message of a conversation. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** A piece of an answer, in the shape in which chat completions stream it. */
export interface ChatCompletionChunk {
  readonly choices: readonly {
    readonly delta: { readonly content?: string | null };
    readonly finish_reason: string | null;
  }[];
}

/** What is asked of a model. */
export interface ChatCompletionRequest {
  readonly model: string;
  /** Not `readonly`, because providers' clients do not promise to leave it alone. */
  readonly messages: ChatMessage[];
  readonly stream: true;
}

/** A model at a provider, or the local one. */
export interface ChatModel {
  readonly client: ChatClient;
  /** What the provider calls it. */
  readonly name: string;
}

/** The part of a provider's client that is used here. */
export interface ChatClient {
  readonly chat: {
    readonly completions: {
      create(request: ChatCompletionRequest): Promise<AsyncIterable<ChatCompletionChunk>>;
    };
  };
}

const WORDS =
  "a stream is a log that you can read from any place and follow to its end while others write to it and what was read once can be read again".split(
    " ",
  );
const ANSWER_WORDS = 90;

/**
 * Makes the local model's client.
 *
 * @param options `delayMs`: how long it thinks about each word.
 */
export function createLocalClient({ delayMs }: { readonly delayMs: number }): ChatClient {
  return { chat: { completions: { create: async ({ messages }) => answer(messages.at(-1)?.content ?? "", delayMs) } } };
}

async function* answer(prompt: string, delayMs: number): AsyncGenerator<ChatCompletionChunk> {
  for (const content of tokensFor(prompt)) {
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    yield { choices: [{ delta: { content }, finish_reason: null }] };
  }
  yield { choices: [{ delta: {}, finish_reason: "stop" }] };
}

/**
 * What the model answers, piece by piece: the same for the same prompt.
 *
 * @param prompt The last message of the conversation.
 */
export function tokensFor(prompt: string): string[] {
  let seed = [...prompt].reduce((hash, character) => (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0, 7);
  const words = Array.from({ length: ANSWER_WORDS }, (_, at) => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    const word = WORDS[seed % WORDS.length] ?? "";
    return at % 15 === 14 ? `${word}. ` : `${word} `;
  });
  return [`You asked: “${prompt}” `, "Well: ", ...words, "That is all."];
}
