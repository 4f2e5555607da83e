import type { Part } from "../../bench.ts";
import { clientFollow } from "./follow.ts";
import { clientMemory } from "./memory.ts";
import { clientProduce } from "./produce.ts";
import { clientRead } from "./read.ts";

/** The client beside the reference client. */
export const CLIENT_PARTS: readonly Part[] = [clientProduce, clientRead, clientFollow, clientMemory];
