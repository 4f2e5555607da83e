import { expect, inject, test } from "vitest";
import type { Bed } from "../server.ts";
import { tabulate, torture } from "../torture.ts";
import type {} from "./options.ts";

const REPORT_EVERY_MS = 10_000;

/** Runs programs for as long as it was asked for, and says how it goes. */
export function longRun(beds: readonly Bed[]): void {
  const { store, seed, programs, minutes } = inject("torture");
  const bed = beds.find(({ name }) => name === store);
  if (bed === undefined) throw new Error(`There is no store named ${store}`);
  const limitMs = minutes * 60_000;
  test(
    `torture of ${store}`,
    async () => {
      const start = Date.now();
      let reportedAt = start;
      let shown = 0;
      const goOn = (): boolean => Date.now() - start < limitMs;
      const summary = await torture(bed, { seed, programs, goOn }, (so) => {
        const now = Date.now();
        for (const { report } of so.failures.slice(shown)) console.log(report);
        shown = so.failures.length;
        if (now - reportedAt < REPORT_EVERY_MS) return;
        reportedAt = now;
        const perMinute = Math.round((so.programs * 60_000) / (now - start));
        console.log(
          `${store}, seed ${seed}: ${so.programs} programs, ${perMinute} a minute, ${so.failures.length} wrong`,
        );
      });
      const seconds = Math.max(1, Math.round((Date.now() - start) / 1000));
      const perMinute = Math.round((summary.programs * 60) / seconds);
      console.log(`${store}, seed ${seed}: ${seconds} s, ${perMinute} programs a minute\n${tabulate(summary)}`);
      expect(summary.failures.length).toBe(0);
    },
    limitMs === Number.POSITIVE_INFINITY ? 0 : limitMs + 600_000,
  );
}
