const encoder = new TextEncoder();

/** A body that arrives in these pieces, none of them empty, and not as the network would have them. */
export function inPieces(pieces: Iterable<string | Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array> {
  const left = pieces[Symbol.iterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = left.next();
        // Node reads what has arrived at a socket in one turn of its event loop as one piece.
        await new Promise((turn) => setTimeout(turn, 0));
        if (done) controller.close();
        else controller.enqueue(typeof value === "string" ? encoder.encode(value) : new Uint8Array(value));
      },
    },
    { highWaterMark: 0 },
  );
}
