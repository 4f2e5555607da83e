/** What one request carries: some messages, in order. */
export interface Batch {
  /** The messages' JSON texts. */
  readonly messages: readonly string[];
  /** The request body: one array of all of them, which the server stores as separate messages (PROTOCOL.md §9.1). */
  readonly body: string;
}

/** A batch ends with the message that takes it over this length, in UTF-16 units. */
const FULL_LENGTH = 256 * 1024;
const MOST_MESSAGES = 4_096;

/**
 * Groups messages into batches. The first holds one message and each next twice as many until batches are full: a
 * producer's first request travels alone, so it should be a short one.
 *
 * @param messages - JSON texts.
 * @yields Batches of at least one message. No batch has more than one message beyond its limit.
 */
export async function* inBatches(messages: AsyncIterable<string>): AsyncGenerator<Batch, void> {
  let batch: string[] = [];
  let length = 0;
  let limit = 1;
  for await (const message of messages) {
    batch.push(message);
    length += message.length;
    if (batch.length >= limit || length >= FULL_LENGTH) {
      yield toBatch(batch);
      batch = [];
      length = 0;
      limit = Math.min(limit * 2, MOST_MESSAGES);
    }
  }
  if (batch.length > 0) {
    yield toBatch(batch);
  }
}

function toBatch(messages: readonly string[]): Batch {
  return { messages, body: `[${messages.join(",")}]` };
}
