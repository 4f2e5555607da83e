import { InvalidRequestError, PayloadTooLargeError } from "../../shared/index.ts";

/** How much of a refused body is read before it is cancelled, in bytes. */
const DRAIN_BYTES = 32 * 1024 * 1024;
/** Announced bodies up to this size are left to the platform to read, which takes a third of the time. */
const SMALL_BODY_BYTES = 64 * 1024;
/** First size of the buffer for a body that does not announce its length. */
const FIRST_CAPACITY = 4096;

/** The part of a BYOB reader that is used. Typings of some platforms do not know `min`. */
interface ViewReader {
  read(
    view: Uint8Array<ArrayBuffer>,
    options: { readonly min: number },
  ): Promise<{ readonly done: boolean; readonly value?: Uint8Array<ArrayBuffer> | undefined }>;
}

/** A buffer and how much of it is body. */
interface Filled {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly filled: number;
}

/**
 * Reads a whole body into one buffer that nobody else holds. A large one whose length was announced is read in place,
 * with one byte to spare behind it, so that JSON framing needs no second buffer of that size.
 *
 * @param request The request. Refused by its headers, its body is left for {@link drainBody}; later, it is drained here.
 * @param maxBytes Largest body to accept.
 * @returns The bytes; empty when there is no body.
 * @throws PayloadTooLargeError, without buffering it when `Content-Length` tells; InvalidRequestError when the body is
 * shorter or longer than announced, breaks off, or is compressed.
 */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = announcedLength(request.headers);
  refuseCompression(request.headers);
  if (announced !== undefined && announced > maxBytes) {
    throw new PayloadTooLargeError({ maxBytes, receivedBytes: announced });
  }
  // Not even asked for its stream, which would have to be made.
  if (announced !== undefined && announced <= SMALL_BODY_BYTES) return readSmall(request, announced);
  const { body } = request;
  if (body === null) {
    if (announced !== undefined) throw brokenBody(`none of ${announced} announced bytes came`);
    return new Uint8Array(0);
  }
  if (announced !== undefined) return readAnnounced(body, announced);
  const bytes = await readUnannounced(body, maxBytes);
  // Some platforms end the body of a client that went away as if it were complete, and no length tells it here.
  if (request.signal.aborted) throw brokenBody("the client went away");
  return bytes;
}

/**
 * Reads and forgets what is left of a body, 32 MiB at most, then cancels it: an answer that overtakes its request's
 * body costs the connection, and often the client never sees it. Never rejects.
 */
export async function drainBody(request: Request): Promise<void> {
  const { body } = request;
  if (body === null || request.bodyUsed || body.locked) return;
  await drain(body.getReader());
}

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    for (let drained = 0; drained <= DRAIN_BYTES; ) {
      const { done, value } = await reader.read();
      if (done) return;
      drained += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The client broke off what nobody wanted.
  }
}

async function readSmall(request: Request, length: number): Promise<Uint8Array<ArrayBuffer>> {
  if (request.bodyUsed) throw new TypeError("Somebody has read the request's body already");
  const bytes = new Uint8Array(await request.arrayBuffer().catch(throwBroken));
  requireLength(bytes.length, length);
  return bytes;
}

async function readAnnounced(body: ReadableStream<Uint8Array>, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const views = viewReader(body);
  const filling = views === undefined ? fillByCopy(body.getReader(), length) : fillViews(views, length);
  const { bytes, filled } = await filling;
  requireLength(filled, length);
  return bytes.subarray(0, length);
}

function requireLength(received: number, announced: number): void {
  if (received > announced) throw brokenBody(`more than ${announced} announced bytes came`);
  if (received < announced) throw brokenBody(`${received} of ${announced} announced bytes came`);
}

/** A BYOB reader, or `undefined` for a stream that has none. */
function viewReader(body: ReadableStream<Uint8Array>): ViewReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch {
    return undefined;
  }
}

/** Reads straight into one buffer with a spare byte, and stops as soon as the spare byte is needed. */
async function fillViews(reader: ViewReader, length: number): Promise<Filled> {
  let bytes = new Uint8Array(length + 1);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader
      .read(bytes.subarray(filled), { min: Math.max(1, length - filled) })
      .catch(throwBroken);
    if (value === undefined) throw brokenBody("it was cancelled");
    // A read takes the buffer away and hands it back under a new name.
    bytes = new Uint8Array(value.buffer);
    filled += value.byteLength;
    if (done || filled > length) return { bytes, filled };
  }
}

async function fillByCopy(reader: ReadableStreamDefaultReader<Uint8Array>, length: number): Promise<Filled> {
  const bytes = new Uint8Array(length + 1);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(throwBroken);
    if (done) return { bytes, filled };
    if (filled + value.byteLength > length) {
      await drain(reader);
      return { bytes, filled: filled + value.byteLength };
    }
    bytes.set(value, filled);
    filled += value.byteLength;
  }
}

async function readUnannounced(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let bytes = new Uint8Array(0);
  let filled = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(throwBroken);
    if (done) return bytes.subarray(0, filled);
    const needed = filled + value.byteLength;
    if (needed > maxBytes) {
      await drain(reader);
      throw new PayloadTooLargeError({ maxBytes, receivedBytes: needed });
    }
    if (needed > bytes.length) {
      const capacity = Math.min(maxBytes, Math.max(needed, bytes.length * 2, FIRST_CAPACITY)) + 1;
      bytes = new Uint8Array(bytes.buffer.transfer(capacity));
    }
    bytes.set(value, filled);
    filled = needed;
  }
}

function announcedLength(headers: Headers): number | undefined {
  const value = headers.get("Content-Length");
  if (value === null) return undefined;
  const length = Number(value);
  if (!/^\d+$/.test(value) || !Number.isSafeInteger(length)) {
    throw new InvalidRequestError({ parameter: "Content-Length" });
  }
  return length;
}

/** A compressed body would be stored as it is and handed to readers without its coding (PROTOCOL.md §4.2). */
function refuseCompression(headers: Headers): void {
  const coding = headers.get("Content-Encoding");
  if (coding === null || coding === "" || coding.toLowerCase() === "identity") return;
  throw new InvalidRequestError(
    { parameter: "Content-Encoding" },
    { detail: "Compressed bodies are not taken: send the body as it is to be stored" },
  );
}

const throwBroken = (cause: unknown): never => {
  throw brokenBody("it broke off", cause);
};

function brokenBody(reason: string, cause?: unknown): InvalidRequestError {
  const detail = `The body is incomplete or wrong, and nothing was stored: ${reason}`;
  return new InvalidRequestError({ parameter: "body" }, cause === undefined ? { detail } : { detail, cause });
}
