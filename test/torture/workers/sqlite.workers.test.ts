import { tortureTest } from "../suite.ts";
import { sqliteBed } from "./objects.ts";

tortureTest(sqliteBed, 8);
