import { readEvents } from "./events.ts";
import { accepted, type Retries } from "./retry.ts";

/** Where a reader stands, as a `control` event tells. */
interface Position {
  readonly offset: string;
  readonly cursor: string | undefined;
  readonly closed: boolean;
}

/** Messages and the position behind them: only together do they allow a reader to go on without a gap or a duplicate. */
interface Group {
  readonly messages: readonly unknown[];
  readonly position: Position;
}

/**
 * Follows a JSON stream by SSE from its start until it is closed (PROTOCOL.md §5.8). When a connection ends or breaks, the
 * next one begins at the last `control` event; data that had none behind it is dropped, and read again.
 *
 * @param url - The stream's.
 * @param retries - Repeats connections that break.
 * @yields Parsed messages, in groups as they arrive, each once.
 * @throws RefusedError, or the network error when ten connections in a row brought nothing.
 */
export async function* tail(url: string, retries: Retries): AsyncGenerator<readonly unknown[], void> {
  let position: Position = { offset: "-1", cursor: undefined, closed: false };
  let connection: AsyncGenerator<Group, void> | undefined;

  const nextGroup = async (): Promise<Group | undefined> => {
    connection ??= connect(url, position);
    try {
      const { done, value } = await connection.next();
      if (!done) {
        return value;
      }
    } catch (error) {
      connection = undefined;
      throw error;
    }
    // The server ends every connection after a minute or so, to be come back to.
    connection = undefined;
    return undefined;
  };

  try {
    while (!position.closed) {
      const group = await retries.run(nextGroup);
      if (group !== undefined) {
        position = group.position;
        yield group.messages;
      }
    }
  } finally {
    await connection?.return();
  }
}

async function* connect(url: string, { offset, cursor }: Position): AsyncGenerator<Group, void> {
  // In alphabetical order, as every client of the protocol should: caches in between compare URLs as text.
  const query = new URLSearchParams({ ...(cursor === undefined ? {} : { cursor }), live: "sse", offset });
  const { body } = await accepted(await fetch(`${url}?${query}`));
  let messages: unknown[] = [];
  for await (const { type, data } of readEvents(body ?? new ReadableStream())) {
    if (type === "data") {
      messages = messages.concat(JSON.parse(data));
    } else if (type === "control") {
      const control = JSON.parse(data);
      yield {
        messages,
        position: {
          offset: control.streamNextOffset,
          cursor: control.streamCursor,
          closed: control.streamClosed === true,
        },
      };
      messages = [];
    }
  }
}
