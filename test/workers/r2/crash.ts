import { tracked } from "../../support/fake-clock.ts";
import { StorageFault } from "../shared/faults.ts";
import type { Around } from "./intercept.ts";

/**
 * A process that stops when so many of its calls have taken effect, and the number of calls it tried. Whether it stops
 * before it sends the next one or before it hears of the last one is the same to whoever comes after it.
 */
export function stoppingAfter(last: number): { readonly around: Around; calls(): number } {
  let calls = 0;
  const around: Around = (run) => {
    calls += 1;
    return calls > last ? Promise.reject(new StorageFault("The process stopped")) : tracked(run());
  };
  return { around, calls: () => calls };
}
