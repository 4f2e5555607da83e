import { tortureTest } from "../suite.ts";
import { d1Bed } from "./d1.ts";

tortureTest(d1Bed, 5);
