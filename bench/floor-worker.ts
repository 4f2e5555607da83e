import { DurableObject } from "cloudflare:workers";

/** What the configuration of a run binds. */
export interface Env {
  readonly FLOOR: DurableObjectNamespace<FloorObject>;
}

const encoder = new TextEncoder();
const FIELD = encoder.encode("data:");
const END = encoder.encode("\n\n");

/**
 * The least that an object can do for an append, a read and live readers, without any protocol: one `INSERT` and an
 * answer, the rows one after the other, and each body pushed to everybody who listens. What a stream costs is told as a
 * multiple of this.
 */
export class FloorObject extends DurableObject<Env> {
  readonly #readers = new Set<ReadableStreamDefaultController<Uint8Array>>();

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
  }

  override async fetch(request: Request): Promise<Response> {
    if (request.method === "GET") return request.url.endsWith("live=sse") ? this.#follow() : this.#rows();
    const body = await request.arrayBuffer();
    this.ctx.storage.sql.exec("INSERT INTO rows (data) VALUES (?)", body);
    if (this.#readers.size > 0) this.#push(new Uint8Array(body));
    return new Response(null, { status: 204 });
  }

  #follow(): Response {
    let reader: ReadableStreamDefaultController<Uint8Array>;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        reader = controller;
        this.#readers.add(reader);
        reader.enqueue(encoder.encode(":\n\n"));
      },
      cancel: () => void this.#readers.delete(reader),
    });
    return new Response(stream, { headers: { "Content-Type": "text/event-stream" } });
  }

  #push(body: Uint8Array): void {
    const event = new Uint8Array(FIELD.length + body.length + END.length);
    event.set(FIELD);
    event.set(body, FIELD.length);
    event.set(END, FIELD.length + body.length);
    for (const reader of this.#readers) reader.enqueue(event);
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
