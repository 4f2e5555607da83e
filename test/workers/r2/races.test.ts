import { races } from "../shared/races.ts";
import { racing } from "./racing.ts";

races(racing);
