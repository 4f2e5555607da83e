import { CHUNK_LIMITS } from "../../src/server/storage/engine/chunk-plan.ts";
import { LogStore } from "../../src/server/storage/engine/log-store.ts";
import { Touches } from "../../src/server/storage/engine/touches.ts";
import { MemoryBackend } from "../../src/server/storage/memory/backend.ts";
import { FakeClock } from "../support/fake-clock.ts";
import { sharedStoreContract } from "./contract/shared.ts";

// What sharing needs of the engine, over the one backend that is there in every runtime.
sharedStoreContract("LogStores over one backend", async (options, body) => {
  const clock = new FakeClock();
  const backend = new MemoryBackend(CHUNK_LIMITS);
  const open = () => new LogStore(backend, { ...options, clock }, { maxPollMs: 1000, touches: new Touches(true) });
  await body({ store: open(), clock, restart: open });
});
