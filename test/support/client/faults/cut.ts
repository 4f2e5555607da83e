/** Where an answer breaks off, and how. */
export interface Cut {
  /** After so many bytes, or behind the first match, in which a byte is a character. */
  readonly behind: number | RegExp;
  /** What the client sees: a connection that breaks, or a body that ends as if it were whole. An error unless given. */
  readonly looksLike?: "error" | "end";
  /** What has to happen before; whoever reads has everything up to the cut at hand until then. */
  readonly once?: Promise<unknown>;
}

/** The same answer, broken off. One that never gets there stays whole. */
export function breakOff(response: Response, { behind, looksLike = "error", once }: Cut): Response {
  const { body } = response;
  if (body === null) return response;
  const source = body.getReader();
  const find = finder(behind);
  let isAtCut = false;
  const end = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
    await once;
    await source.cancel();
    if (looksLike === "end") controller.close();
    else controller.error(new Error("The connection was cut"));
  };
  const head = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (isAtCut) return end(controller);
        const { done, value } = await source.read();
        if (done) return controller.close();
        const left = find(value);
        isAtCut = left !== undefined;
        // What is enqueued must not be empty, and nothing enqueued is pulled again for.
        if (left === 0) return end(controller);
        // A copy: msw writes the whole buffer that a view is of.
        controller.enqueue(new Uint8Array(value.subarray(0, left)));
      },
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  const headers = new Headers(response.headers);
  // A length, or a last chunk that never comes, would give an end away.
  for (const name of ["content-length", "transfer-encoding"]) if (looksLike === "end") headers.delete(name);
  return new Response(head, { status: response.status, headers });
}

/** Says of one piece after the other how much of it is before the cut, or `undefined` when all is. */
function finder(behind: number | RegExp): (piece: Uint8Array) => number | undefined {
  let seen = 0;
  let text = "";
  return (piece) => {
    const before = seen;
    seen += piece.length;
    if (typeof behind !== "number") for (const byte of piece) text += String.fromCharCode(byte);
    const at = typeof behind === "number" ? behind : endOf(behind.exec(text));
    return at <= seen ? at - before : undefined;
  };
}

function endOf(match: RegExpExecArray | null): number {
  return match === null ? Number.POSITIVE_INFINITY : match.index + match[0].length;
}
