import { createHash, type Hash } from "node:crypto";
import type { Message } from "../connection.ts";
import { CheckpointMismatchError } from "../errors.ts";
import type { InputMode, Messages } from "../input/messages.ts";
import type { Kind } from "../kind.ts";

/** The beginning of an input that needs not be read again. */
export interface StoredInput {
  /** Its length, counted as {@link contentOf} does. */
  readonly bytes: number;
  /** SHA-256 of it, in hex. */
  readonly sha256: string;
}

const COMMA = Uint8Array.of(0x2c);

/**
 * The bytes that a message counts for in a checkpoint: its own, and for JSON one comma. Batches are cut differently each
 * time, and this is the same for all of them.
 */
export function contentOf(message: Message, kind: Kind): Uint8Array {
  const bytes = typeof message === "string" ? Buffer.from(message) : message;
  return kind === "json" ? Buffer.concat([bytes, COMMA]) : bytes;
}

/** The same for the body of a batch, `[a,b]` in JSON; `undefined` for a mere close. */
export function contentOfBody(body: Uint8Array | undefined, kind: Kind): Uint8Array {
  if (body === undefined) return new Uint8Array(0);
  return kind === "json" ? Buffer.concat([body.subarray(1, -1), COMMA]) : body;
}

/** What is behind the beginning of an input. */
export interface Remainder {
  /** The messages not in batches yet. */
  readonly messages: Messages;
  /** Has taken in the beginning. */
  readonly hash: Hash;
}

/**
 * Passes over the beginning of an input, and makes sure that it is the same as the first time. Nothing is left out that
 * was not stored, nor sent again that was.
 *
 * @param file The checkpoint, for errors.
 * @throws CheckpointMismatchError when the input is another one; what the input throws.
 */
export async function skipStored(
  messages: Messages,
  { bytes, sha256 }: StoredInput,
  { file, kind, mode }: { readonly file: string; readonly kind: Kind; readonly mode: InputMode },
): Promise<Remainder> {
  const hash = createHash("sha256");
  const iterator = messages[Symbol.asyncIterator]();
  let left = bytes;
  let first: readonly Message[] = [];
  while (left > 0) {
    const next = await iterator.next();
    if (next.done) throw new CheckpointMismatchError({ file, why: "the input is shorter than what of it was stored" });
    let skipped = 0;
    let rest: Message | undefined;
    for (const message of next.value) {
      if (left === 0) break;
      const content = contentOf(message, kind);
      const taken = content.subarray(0, left);
      hash.update(taken);
      left -= taken.length;
      skipped += 1;
      // Only runs of raw input are cut differently each time, and go on in the middle of one.
      if (taken.length === content.length) continue;
      if (mode !== "raw" || kind === "json") throw differs(file);
      rest = kind === "text" ? Buffer.from(content.subarray(taken.length)).toString() : content.slice(taken.length);
    }
    first = [...(rest === undefined ? [] : [rest]), ...next.value.slice(skipped)];
  }
  if (hash.copy().digest("hex") !== sha256) throw differs(file);
  return { messages: following(first, iterator), hash };
}

function differs(file: string): CheckpointMismatchError {
  return new CheckpointMismatchError({ file, why: "the input does not begin with what of it was stored" });
}

async function* following(first: readonly Message[], rest: AsyncIterator<readonly Message[]>): Messages {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
