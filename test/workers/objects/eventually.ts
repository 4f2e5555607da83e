import { expect } from "vitest";

/** Expects of what `look` sees that it will, before long, be so: for what objects do when nobody waits for them. */
export const eventually = <T>(look: () => T) => expect.poll(look, { timeout: 50_000, interval: 10 });
