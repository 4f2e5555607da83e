export { anySignal, untilAborted } from "./abort.ts";
export { isClosed, isTrue, noticeIdentity, numberIn, offsetIn, requireClosed } from "./answer.ts";
export { discard } from "./body.ts";
export type { Transport, TransportRequest } from "./contract.ts";
export type { Dynamic, DynamicValues } from "./dynamic.ts";
export { errorFromResponse, type RequestFacts } from "./response-error.ts";
export { createTransport, type Fetch, type TransportOptions } from "./transport.ts";
export { parseStreamUrl } from "./url.ts";
