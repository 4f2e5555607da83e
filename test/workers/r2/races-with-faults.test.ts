import { faultyRaces } from "../shared/races.ts";
import { racing } from "./racing.ts";

faultyRaces({ before: 0.02, after: 0.02, late: 0.02, slow: 0.1 }, racing);
