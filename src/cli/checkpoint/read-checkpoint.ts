import * as v from "valibot";
import type { Checkpoint } from "../../client/index.ts";
import { readCheckpointFile, writeAtomically } from "./file.ts";
import { type Owner, requireOwner } from "./owner.ts";
import { CheckpointSchema } from "./position.ts";

const FileSchema = v.object({ ...CheckpointSchema.entries, command: v.literal("read"), url: v.string() });

/**
 * Keeps in a file how far a stream was read. One write at a time; whatever is read meanwhile is covered by the next one,
 * so a slow disk does not slow reading down.
 */
export class ReadCheckpoint {
  readonly #file: string;
  #owner: Owner | undefined;
  #latest: Checkpoint | undefined;
  #saving: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** @param file Its path. */
  constructor(file: string) {
    this.#file = file;
  }

  /**
   * Reads the file.
   *
   * @param owner Which stream it is to be of.
   * @returns Where to go on; `undefined` when there is no file.
   * @throws BrokenCheckpointError, CheckpointMismatchError.
   */
  async load(owner: Owner): Promise<Checkpoint | undefined> {
    this.#owner = owner;
    const stored = await readCheckpointFile(this.#file, FileSchema);
    if (stored === undefined) return undefined;
    const { url, stream, offset, index } = stored;
    requireOwner(this.#file, { url, stream }, owner);
    return { stream, offset, index };
  }

  /**
   * Notes how far reading has come: everything before it was written out.
   *
   * @throws What an earlier write failed with.
   */
  note(checkpoint: Checkpoint): void {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#latest = checkpoint;
    this.#saving ??= this.#save();
  }

  /** Resolves when the last note is in the file. @throws What writing failed with. */
  async settled(): Promise<void> {
    await this.#saving;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #save(): Promise<void> {
    try {
      for (let next = this.#latest; next !== undefined; next = this.#latest) {
        this.#latest = undefined;
        await writeAtomically(this.#file, { command: "read", ...this.#owner, ...next });
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#saving = undefined;
    }
  }
}
