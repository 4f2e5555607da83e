import { longRun } from "../long/run.ts";
import { d1Bed } from "./d1.ts";
import { kvBed, sqliteBed } from "./objects.ts";
import { r2Bed } from "./r2.ts";

longRun([sqliteBed, kvBed, d1Bed, r2Bed]);
