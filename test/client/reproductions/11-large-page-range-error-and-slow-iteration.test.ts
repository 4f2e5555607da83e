import { expect, it } from "vitest";
import { readerOver } from "../reader/reading.ts";
import { page, scripted } from "../reader/scripted.ts";

const COUNT = 300_000;

it.each(["for await", "readable"])(
  "300,000 messages in one page are read at once by %s",
  async (how) => {
    const body = `[${Array.from({ length: COUNT }, (_, i) => `{"i":${i},"pad":"${"x".repeat(60)}"}`).join(",")}]`;
    const script = scripted(page(body, { next: "a", closed: true }));
    const reader = readerOver<{ i: number }>({ fetch: script.fetch });
    let next = 0;
    for await (const { i } of how === "readable" ? reader.readable() : reader) {
      if (i !== next) throw new Error(`Message ${i} came in place of ${next}`);
      next += 1;
    }
    expect(next).toBe(COUNT);
    // How fast is a matter for `npm run bench -- client`; a time-out here would only say how busy the machine is.
  },
  30_000,
);
