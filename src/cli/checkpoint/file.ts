import { open, readFile, rename, rm } from "node:fs/promises";
import process from "node:process";
import type * as v from "valibot";
import { BrokenCheckpointError } from "../errors.ts";
import { parseJson } from "./position.ts";

/**
 * Reads a file of JSON.
 *
 * @returns `undefined` when there is no such file.
 * @throws BrokenCheckpointError for one that is not of this shape; an empty one is none either.
 */
export async function readCheckpointFile<Schema extends v.GenericSchema>(
  file: string,
  schema: Schema,
): Promise<v.InferOutput<Schema> | undefined> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    throw new BrokenCheckpointError({ file, why: "it cannot be read" }, { cause });
  }
  const content = parseJson(schema, text);
  if (content !== undefined) return content;
  throw new BrokenCheckpointError({ file, why: "it is damaged, or was written by another command" });
}

/**
 * Replaces a file as a whole or not at all: whatever ends the process, or the machine, the file is the old one or the
 * new one. Only the owner may read it.
 */
export async function writeAtomically(file: string, content: unknown): Promise<void> {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(content)}\n`);
      // Before the new name: some file systems would otherwise keep the name and lose the content.
      await handle.datasync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
