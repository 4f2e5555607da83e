import { expect, it } from "vitest";
import { readerOver } from "../reader/reading.ts";
import { page, scripted } from "../reader/scripted.ts";

// A call takes about 125,000 arguments. workerd takes ten times as long for a read of a stream as Node.
it.each([
  ["for await", 300_000],
  ["readable", 150_000],
] as const)(
  "all messages of one large page are read at once by %s (%d messages)",
  async (how, count) => {
    const body = `[${Array.from({ length: count }, (_, i) => `{"i":${i},"pad":"${"x".repeat(60)}"}`).join(",")}]`;
    const script = scripted(page(body, { next: "a", closed: true }));
    const reader = readerOver<{ i: number }>({ fetch: script.fetch });
    let next = 0;
    for await (const { i } of how === "readable" ? reader.readable() : reader) {
      if (i !== next) throw new Error(`Message ${i} came in place of ${next}`);
      next += 1;
    }
    expect(next).toBe(count);
    // How fast is a matter for `npm run bench -- client`; a time-out here would only say how busy the machine is.
  },
  30_000,
);
