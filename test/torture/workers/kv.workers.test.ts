import { tortureTest } from "../suite.ts";
import { kvBed } from "./objects.ts";

tortureTest(kvBed, 5);
