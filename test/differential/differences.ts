import type { Difference } from "./difference.ts";
import { OTHER_WORDS } from "./differences/answers.ts";
import { OTHER_STATUSES } from "./differences/statuses.ts";

/** All known differences, in the order in which `docs/differences.md` tells them. */
export const DIFFERENCES: readonly Difference[] = [...OTHER_STATUSES, ...OTHER_WORDS];
