export { BOUNDARY_WINDOW_BYTES, type BoundaryIndex } from "./boundary-index.ts";
export { type Framed, type FrameOptions, frameJson } from "./frame.ts";
export { MessageWalker } from "./message-walker.ts";
export { formatJsonResponse, processJsonAppend, splitStored, validateJsonCreate } from "./stored.ts";
