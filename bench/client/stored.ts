import { arrayBody } from "../load/content.ts";
import { StoredDigest } from "../load/stored-digest.ts";
import type { StreamClient } from "../load/stream-client.ts";
import { type Load, messagesOf, storedForm } from "./messages.ts";
import type { Outcome } from "./run-job.ts";

/** Size of the appends that fill a stream, in bytes. */
const APPEND_BYTES = 1_000_000;

/** Fills a stream with a load, over plain HTTP. @returns SHA-256 of what it holds then. */
export async function fill(stream: StreamClient, load: Load): Promise<string> {
  const digest = new StoredDigest();
  const perAppend = Math.max(1, Math.floor(APPEND_BYTES / load.bytes));
  for (let first = 0; first < load.count; first += perAppend) {
    const stored = storedForm(messagesOf(load, first, Math.min(perAppend, load.count - first)));
    await stream.append(arrayBody(stored));
    digest.add(stored);
  }
  return digest.finish();
}

/** SHA-256 of a load as a stream holds it. */
export function digestOf(load: Load): string {
  const digest = new StoredDigest();
  for (let id = 0; id < load.count; id += 1) digest.add(storedForm(messagesOf(load, id, 1)));
  return digest.finish();
}

/** Reads a stream over plain HTTP. @throws Error when it does not hold what it should. */
export async function requireStored(stream: StreamClient, sha256: string): Promise<void> {
  const digest = new StoredDigest();
  await stream.read("-1", digest);
  if (digest.finish() !== sha256) throw new Error(`The stream holds ${digest.length} bytes, or others than were sent`);
}

/** Looks at what a verifying job has read. @returns The outcome, an error when it was not what was stored. */
export function verified(outcome: Outcome, sha256: string): Outcome {
  return "error" in outcome || outcome.sha256 === sha256 ? outcome : { error: "other messages than were stored" };
}
