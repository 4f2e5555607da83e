import type { DurableStream, LiveMode } from "../../../src/client/index.ts";

/** What a loop over a stream got, and what it threw, if anything. */
export async function outcome(
  stream: DurableStream,
  live: LiveMode,
): Promise<{ readonly messages: readonly unknown[]; readonly error: unknown }> {
  const messages: unknown[] = [];
  try {
    for await (const message of stream.read({ live })) messages.push(message);
    return { messages, error: undefined };
  } catch (error) {
    return { messages, error };
  }
}
