import { createHash, type Hash, randomUUID } from "node:crypto";
import * as v from "valibot";
import type { OutboxRecord, ProducerOutbox } from "../../client/index.ts";
import { CheckpointMismatchError } from "../errors.ts";
import type { Kind } from "../kind.ts";
import { readCheckpointFile, writeAtomically } from "./file.ts";
import { lock } from "./lock.ts";
import { type Owner, requireOwner } from "./owner.ts";
import { CountSchema } from "./position.ts";
import { contentOfBody, type StoredInput } from "./stored-input.ts";

const FileSchema = v.object({
  command: v.literal("append"),
  url: v.string(),
  stream: v.nullable(v.string()),
  producer: v.string(),
  epoch: CountSchema,
  nextSeq: CountSchema,
  /** How much of the input is in batches, sent or not. */
  bytes: CountSchema,
  sha256: v.string(),
  batches: v.array(
    v.object({
      epoch: CountSchema,
      seq: CountSchema,
      closes: v.boolean(),
      body: v.nullable(v.pipe(v.string(), v.base64())),
    }),
  ),
});

type Stored = v.InferOutput<typeof FileSchema>;

/** What {@link AppendCheckpoint.open} takes. */
export interface AppendCheckpointOptions {
  /** Which stream it is to be of. */
  readonly owner: Owner;
  /** What the stream holds. */
  readonly kind: Kind;
  /** The producer's id, if somebody chose one. */
  readonly producer: string | undefined;
}

const NO_INPUT: StoredInput = { bytes: 0, sha256: createHash("sha256").digest("hex") };

const keyOf = ({ epoch, seq }: { readonly epoch: number; readonly seq: number }): string => `${epoch}/${seq}`;

/**
 * Keeps in a file what a producer has formed and how much of the input that was, in one step. A run that is made again
 * with the same input sends the batches on their way once more as they were, which the server recognises, and goes on
 * behind them: each message is stored exactly once, however the run before has ended.
 */
export class AppendCheckpoint implements ProducerOutbox {
  /** The file. */
  readonly file: string;
  readonly #owner: Owner;
  readonly #kind: Kind;
  readonly #release: () => Promise<void>;
  /** What the run before has left. */
  readonly #left: Stored | undefined;
  /** Names the producer, in this run and all that go on from it. */
  readonly producer: string;
  /** Sizes of the batches in the file. */
  #sizes = new Map<string, number>();
  /** Size of all batches acknowledged, and what is saved including the others. */
  #acknowledged: number;
  #input: StoredInput;
  #hash: Hash | undefined;
  #failure: { readonly error: unknown } | undefined;
  #saving: Promise<void> | undefined;

  private constructor(
    file: string,
    { owner, kind, producer }: AppendCheckpointOptions,
    left: Stored | undefined,
    release: () => Promise<void>,
  ) {
    this.file = file;
    this.#owner = owner;
    this.#kind = kind;
    this.#left = left;
    this.#release = release;
    this.producer = left?.producer ?? producer ?? randomUUID();
    this.#input = left ?? NO_INPUT;
    for (const batch of left?.batches ?? []) this.#sizes.set(keyOf(batch), this.#contentOf(bodyOf(batch)).length);
    this.#acknowledged = this.#input.bytes - sum(this.#sizes.values());
  }

  /**
   * Takes possession of a file, which need not exist.
   *
   * @throws BrokenCheckpointError, CheckpointMismatchError, CheckpointBusyError.
   */
  static async open(file: string, options: AppendCheckpointOptions): Promise<AppendCheckpoint> {
    const release = await lock(file);
    try {
      const left = await readCheckpointFile(file, FileSchema);
      if (left !== undefined) requireOwner(file, left, options.owner);
      if (left !== undefined && options.producer !== undefined && options.producer !== left.producer) {
        throw new CheckpointMismatchError({ file, why: `it is of producer "${left.producer}"` });
      }
      return new AppendCheckpoint(file, options, left, release);
    } catch (error) {
      await release();
      throw error;
    }
  }

  /** The beginning of the input that is in batches already. */
  get stored(): StoredInput {
    return this.#input;
  }

  /** Goes on from {@link AppendCheckpoint.stored}. @param hash Has taken it in. */
  goOn(hash: Hash): void {
    this.#hash = hash;
  }

  /** Says that a batch is durable, before the producer saves that it is. */
  acknowledged(batch: { readonly epoch: number; readonly seq: number }): void {
    this.#acknowledged += this.#sizes.get(keyOf(batch)) ?? 0;
    this.#sizes.delete(keyOf(batch));
  }

  /** See `ProducerOutbox.open`. */
  async open(): Promise<OutboxRecord | undefined> {
    const left = this.#left;
    return left && { ...left, batches: left.batches.map((batch) => ({ ...batch, body: bodyOf(batch) })) };
  }

  /** See `ProducerOutbox.save`. */
  async save(_key: string, { epoch, nextSeq, batches }: OutboxRecord): Promise<void> {
    // The producer goes on with other messages after a failure; a checkpoint with a hole would be a lie.
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#sizes = new Map();
    let position = this.#acknowledged;
    for (const batch of batches) {
      const content = this.#contentOf(batch.body);
      this.#hash?.update(content.subarray(Math.max(0, this.#input.bytes - position)));
      position += content.length;
      this.#sizes.set(keyOf(batch), content.length);
    }
    const sha256 = this.#hash?.copy().digest("hex") ?? this.#input.sha256;
    this.#input = { bytes: position, sha256 };
    const content: Stored = {
      command: "append",
      ...this.#owner,
      producer: this.producer,
      epoch,
      nextSeq,
      ...this.#input,
      batches: batches.map((batch) => ({ ...batch, body: batch.body === undefined ? null : toBase64(batch.body) })),
    };
    this.#saving = writeAtomically(this.file, content);
    try {
      await this.#saving;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  /** See `ProducerOutbox.close`; also for a file that no producer was made for, and again. */
  async close(): Promise<void> {
    // A producer that has failed saves nothing more, but does not wait for what it was saving. The next owner must.
    await Promise.allSettled([this.#saving]);
    await this.#release();
  }

  #contentOf(body: Uint8Array | undefined): Uint8Array {
    return contentOfBody(body, this.#kind);
  }
}

function bodyOf({ body }: Stored["batches"][number]): Uint8Array | undefined {
  return body === null ? undefined : Buffer.from(body, "base64");
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
