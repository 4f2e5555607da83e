import { tortureTest } from "../suite.ts";
import { r2Bed } from "./r2.ts";

tortureTest(r2Bed, 5);
