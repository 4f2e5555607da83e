import { memoryBed } from "../beds/memory.ts";
import { longRun } from "./run.ts";

longRun([memoryBed()]);
