import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";

/** A folder for the tests of a file, removed after them. */
export interface TestFolder {
  /** Its path, once the tests run. */
  path: string;
  /** A name in it that no test has had. */
  newFile(): string;
}

/** Makes a folder before the tests of a file. */
export function testFolder(): TestFolder {
  let files = 0;
  const folder: TestFolder = {
    path: "",
    newFile() {
      files += 1;
      return join(folder.path, `checkpoint-${files}`);
    },
  };
  beforeAll(async () => {
    folder.path = await mkdtemp(join(tmpdir(), "cli-"));
  });
  afterAll(() => rm(folder.path, { recursive: true, force: true }));
  return folder;
}
