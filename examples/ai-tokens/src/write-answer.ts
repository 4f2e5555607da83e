import type { DurableStream } from "durable-cf-streams/client";
import type { Part } from "../contract.ts";
import type { ChatMessage, ChatModel } from "./model.ts";

/**
 * Writes a model's answer to a stream, as it comes, and closes the stream behind it.
 *
 * @param answer The stream, empty.
 * @param model Who answers.
 * @param messages The conversation.
 * @throws What hinders writing, for good.
 */
export async function writeAnswer(
  answer: DurableStream<Part>,
  model: ChatModel,
  messages: readonly ChatMessage[],
): Promise<void> {
  // Words that come within these few milliseconds share a request.
  const producer = answer.producer({ id: "model", lingerMs: 10 });
  const failure = await submitAll(model, messages, (text) => producer.submit({ text }));
  await producer.close({ closeStream: true, ...(failure !== undefined && { finalMessage: { error: failure } }) });
}

/** @returns What readers may know of the failure, if the model fails. */
async function submitAll(
  model: ChatModel,
  messages: readonly ChatMessage[],
  submit: (text: string) => Promise<unknown>,
): Promise<string | undefined> {
  try {
    const { completions } = model.client.chat;
    const chunks = await completions.create({ model: model.name, messages: [...messages], stream: true });
    for await (const { choices } of chunks) {
      const text = choices[0]?.delta.content ?? "";
      // Waits while the stream takes no more: a fast model does not fill the memory.
      if (text !== "") await submit(text);
    }
    return undefined;
  } catch (error) {
    console.error(error);
    return "The model did not finish its answer.";
  }
}
