import { storeContract } from "../storage/contract/suite.ts";
import { memoryHarness } from "./sqlite-harness.ts";

storeContract("MemoryStore in workerd", memoryHarness);
