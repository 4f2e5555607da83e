import { itDefendsItself } from "./suite.ts";
import { startWorker } from "./worker-target.ts";

itDefendsItself("a StreamObject behind its Worker", startWorker);
