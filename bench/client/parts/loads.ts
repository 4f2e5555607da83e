import { MB } from "../../figure.ts";
import type { Load } from "../messages.ts";

/** A load with a name for the table. */
export interface NamedLoad {
  readonly name: string;
  readonly load: Load;
  /** How often each client moves it, where the usual would take too long. */
  readonly rounds?: number;
}

/** Many small messages. */
export const SMALL: NamedLoad = { name: "100,000 × 100 B", load: { count: 100_000, bytes: 100 } };

/** Few large ones. */
export const LARGE: NamedLoad = { name: "50 × 1 MB", load: { count: 50, bytes: MB } };

/** More messages than a call may have arguments, in one page. */
export const ONE_PAGE: NamedLoad = {
  name: "300,000 × 100 B in one page",
  load: { count: 300_000, bytes: 100 },
  rounds: 1,
};

/** Far more than fits a process of the size it is read with. */
export const HUGE: NamedLoad = { name: "300 MB of JSON", load: { count: 300_000, bytes: 1000 } };

/** Enough for a process to allocate what it allocates once. */
export const WARM_UP: NamedLoad = { name: "10 MB of JSON", load: { count: 10_000, bytes: 1000 } };
