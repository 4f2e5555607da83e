import { DurableObject } from "cloudflare:workers";

/** What the configuration of a run binds. */
export interface Env {
  readonly FLOOR: DurableObjectNamespace<FloorObject>;
}

/**
 * The least that an object can do for an append and a read, without any protocol: one `INSERT` and an answer, and the
 * rows one after the other. What a stream costs is told as a multiple of this.
 */
export class FloorObject extends DurableObject<Env> {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return this.#rows();
    this.ctx.storage.sql.exec("INSERT INTO rows (data) VALUES (?)", await request.arrayBuffer());
    return new Response(null, { status: 204 });
  }

  #rows(): Response {
    const { total } = this.ctx.storage.sql
      .exec<{ total: number }>("SELECT coalesce(sum(length(data)), 0) AS total FROM rows")
      .one();
    const { readable, writable } = new FixedLengthStream(total);
    void this.#pump(writable.getWriter());
    return new Response(readable);
  }

  async #pump(writer: WritableStreamDefaultWriter<Uint8Array>): Promise<void> {
    const next = "SELECT id, data FROM rows WHERE id > ? ORDER BY id LIMIT 1";
    for (let id = 0; ; ) {
      const [row] = this.ctx.storage.sql.exec<{ id: number; data: ArrayBuffer }>(next, id).toArray();
      if (row === undefined) return writer.close();
      await writer.write(new Uint8Array(row.data));
      id = row.id;
    }
  }
}

export default {
  fetch(request, env) {
    return env.FLOOR.getByName(new URL(request.url).pathname).fetch(request);
  },
} satisfies ExportedHandler<Env>;
