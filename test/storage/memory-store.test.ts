import { storeContract } from "./contract/suite.ts";
import { memoryHarness } from "./memory-harness.ts";

storeContract("MemoryStore", memoryHarness);
