export type { Exchange, Operation, SentRequest } from "./exchange.ts";
export {
  answered,
  answerLost,
  captivePortal,
  cut,
  delivered,
  deliveredTwice,
  type Fault,
  held,
  lost,
  onceBegun,
} from "./fault.ts";
export { inPieces } from "./pieces.ts";
export type { FaultyNetwork, Script } from "./script.ts";
export { type FaultyServer, NOWHERE, serveNothing, serveWith } from "./serve.ts";
