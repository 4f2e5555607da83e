import { PROTOCOL_SECURITY_HEADERS } from "../../shared/index.ts";
import type { StreamStore } from "../storage/contract/index.ts";
import { drainBody } from "./body.ts";

/** DELETE: removes a stream (PROTOCOL.md §5.4). A body means nothing and is read and forgotten. */
export async function handleDelete(store: StreamStore, request: Request, path: string): Promise<Response> {
  await drainBody(request);
  await store.delete(path);
  return new Response(null, { status: 204, headers: PROTOCOL_SECURITY_HEADERS });
}
