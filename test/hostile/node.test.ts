import { startNode } from "./node-target.ts";
import { itDefendsItself } from "./suite.ts";

itDefendsItself("a handler on Node", startNode);
