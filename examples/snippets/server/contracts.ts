import { defineStream } from "durable-cf-streams";
import { allowAnonymous, createStreamHandler } from "durable-cf-streams/server";
import { MemoryStore } from "durable-cf-streams/storage/memory";
import * as v from "valibot";

// #region define
/** One stream for each order. */
export const orders = defineStream({
  path: "/shops/:shopId/orders/:orderId",
  schema: v.object({ sku: v.string(), cents: v.pipe(v.number(), v.integer()) }),
});

/** Log files: text is not checked, only typed. */
export const logs = defineStream({ path: "/logs/:job", contentType: "text/plain" });
// #endregion define

// #region use
export const handler = createStreamHandler(new MemoryStore(), {
  authorize: allowAnonymous(),
  contracts: [orders, logs],
});
// #endregion use

// #region paths
export const path = orders.pathOf({ shopId: "north", orderId: "7" }); // "shops/north/orders/7"
export const params = orders.match(path); // { shopId: "north", orderId: "7" }
// #endregion paths
