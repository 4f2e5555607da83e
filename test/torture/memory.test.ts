import { memoryBed } from "./beds/memory.ts";
import { tortureTest } from "./suite.ts";

tortureTest(memoryBed(), 100);
