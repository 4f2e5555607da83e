import { accepted, type Retries } from "./retry.ts";

interface Page {
  readonly messages: readonly unknown[];
  readonly nextOffset: string;
  readonly isLast: boolean;
}

/**
 * Reads a JSON stream from its start to where its tail is now, page after page (PROTOCOL.md §5.6).
 *
 * @param url - The stream's.
 * @param retries - Repeats pages that break off: a page that ends before the tail never changes.
 * @yields The parsed messages of each page.
 * @throws RefusedError, or the last network error.
 */
export async function* catchUp(url: string, retries: Retries): AsyncGenerator<readonly unknown[], void> {
  let offset = "-1";
  for (let isLast = false; !isLast; ) {
    const page = await retries.run(() => readPage(`${url}?${new URLSearchParams({ offset })}`));
    yield page.messages;
    offset = page.nextOffset;
    isLast = page.isLast;
  }
}

async function readPage(url: string): Promise<Page> {
  const response = await accepted(await fetch(url));
  const nextOffset = response.headers.get("Stream-Next-Offset");
  const messages: unknown = await response.json();
  if (nextOffset === null || !Array.isArray(messages)) {
    throw new Error(`Not a page of a JSON stream: ${url}`);
  }
  return { messages, nextOffset, isLast: response.headers.get("Stream-Up-To-Date") === "true" };
}
