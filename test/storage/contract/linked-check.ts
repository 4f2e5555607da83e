import { expect } from "vitest";
import { ForkLink } from "./fork-link.ts";
import type { Check, TestBed } from "./harness.ts";
import { bytes, create, refusalTag } from "./support.ts";

/** Longer than any fork may take, and than clocks may differ. */
export const LONG_AFTER_MS = 60_000;

/** A bed whose store reaches the sources of its forks over a link, and holds the stream `source` with "abc". */
export type LinkedBed = TestBed & { readonly link: ForkLink };

/** Declares tests that are run on a {@link LinkedBed}. */
export const linkedCheck =
  (check: Check) =>
  (title: string, body: (bed: LinkedBed) => Promise<void>): void => {
    const link = new ForkLink();
    check(
      title,
      async (bed) => {
        link.connect(bed.store);
        await create(bed.store, "source", { data: bytes("abc") });
        await body({ ...bed, link });
      },
      { forkSource: link },
    );
  };

/** That nothing keeps the source any more: deleted, it is forgotten rather than gone. */
export async function expectReleased({ store }: Pick<TestBed, "store">): Promise<void> {
  await store.delete("source");
  expect(await refusalTag(store.head("source"))).toBe("StreamNotFoundError");
  expect(await store.maintain()).toBeUndefined();
}
