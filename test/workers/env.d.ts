// What wrangler.jsonc binds, for the compiler.
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("./worker.ts");
  }
  interface Env {
    readonly DB: D1Database;
    readonly KV: KVNamespace;
    readonly BUCKET: R2Bucket;
    readonly STREAMS: DurableObjectNamespace<import("./worker.ts").StreamObject>;
    readonly PROBED: DurableObjectNamespace<import("./worker.ts").ProbedObject>;
    readonly MEMORY: DurableObjectNamespace<import("./worker.ts").MemoryObject>;
    readonly METERED: DurableObjectNamespace<import("./worker.ts").MeteredObject>;
    readonly ROOMS: DurableObjectNamespace<import("./worker.ts").RoomObject>;
    readonly TORTURED: DurableObjectNamespace<import("./worker.ts").TorturedObject>;
    readonly TORTURED_KV: DurableObjectNamespace<import("./worker.ts").TorturedKVObject>;
    readonly BARE: DurableObjectNamespace<import("./worker.ts").BareObject>;
  }
}
