import { expect, test } from "vitest";
import { allowAnonymous, createStreamHandler } from "../../src/server/http/index.ts";
import type { StreamStore } from "../../src/server/storage/contract/index.ts";
import { MemoryStore } from "../../src/server/storage/memory/index.ts";
import { recorded } from "./server.ts";

test("a store that has views for requests is given one request a view, its own watches among it", async () => {
  const memory = new MemoryStore();
  const views: ReturnType<typeof recorded>[] = [];
  const forRequest = (): StreamStore => {
    const view = recorded(memory);
    views.push(view);
    return view.store;
  };
  const store = new Proxy<StreamStore>(memory, {
    get: (target, name): unknown => (name === "forRequest" ? forRequest : Reflect.get(target, name)),
  });
  const handle = createStreamHandler(store, { authorize: allowAnonymous() });
  const url = "https://streams.test/v1/stream/s";
  await handle(new Request(url, { method: "PUT" }));
  const readers = [
    await handle(new Request(`${url}?offset=-1&live=sse`)),
    await handle(new Request(`${url}?offset=-1&live=sse`)),
  ];
  expect(views.map(({ calls }) => calls.watching)).toEqual([0, 1, 1]);
  for (const { body } of readers) await body?.cancel();
  expect(views.map(({ calls }) => calls.watching)).toEqual([0, 0, 0]);
});
