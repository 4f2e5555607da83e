import { DurableObject } from "cloudflare:workers";
import { allowAnonymous, createStreamHandler } from "durable-cf-streams/server";
import { SqliteStore } from "durable-cf-streams/storage/sqlite";

/** What the Worker is bound to. */
export interface Env {
  readonly ROOMS: DurableObjectNamespace<Room>;
}

const JSON_TYPE = "application/json";

/**
 * A room: an object of your own, with tables and methods of your own, that keeps some streams besides. All of it is in
 * the object's one SQLite database. (Tables of the store are named `dcs_…`.)
 */
export class Room extends DurableObject<Env> {
  readonly #store = new SqliteStore(this.ctx.storage, { onPlanned: (at) => void this.ctx.storage.setAlarm(at) });
  // The Worker has asked already who may come in, and nobody else reaches the object.
  readonly #handle = createStreamHandler(this.#store, { authorize: allowAnonymous(), basePath: "/rooms" });

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    ctx.storage.sql.exec("CREATE TABLE IF NOT EXISTS members (name TEXT PRIMARY KEY) WITHOUT ROWID");
  }

  /** Serves the room's streams: `/rooms/ROOM/messages`, `/rooms/ROOM/events`, whatever is created there. */
  override fetch(request: Request): Promise<Response> {
    return this.#handle(request);
  }

  /**
   * Somebody enters the room. Whoever follows its events sees it at once.
   *
   * @param room The room's name.
   * @param name Letters, digits, `-` and `_`.
   * @returns Whether they were not there before.
   */
  async enter(room: string, name: string): Promise<boolean> {
    const events = `${room}/events`;
    await this.#store.put(events, { contentType: JSON_TYPE });
    // Stored once, however often this is done: two calls at a time, or one again after a crash.
    await this.#store.append(events, new TextEncoder().encode(JSON.stringify({ entered: name })), {
      contentType: JSON_TYPE,
      producer: { id: name, epoch: 0, seq: 0 },
    });
    const { rowsWritten } = this.ctx.storage.sql.exec("INSERT OR IGNORE INTO members VALUES (?)", name);
    return rowsWritten > 0;
  }

  /** Who is in the room. */
  members(): string[] {
    const rows = this.ctx.storage.sql.exec<{ name: string }>("SELECT name FROM members ORDER BY name");
    return rows.toArray().map(({ name }) => name);
  }

  /** Frees what has expired or was deleted. The store says when it wants to be called again. */
  override async alarm(): Promise<void> {
    const next = await this.#store.maintain();
    if (next !== undefined) await this.ctx.storage.setAlarm(Math.max(next, Date.now()));
  }
}
