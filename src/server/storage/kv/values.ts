import { UnavailableError } from "../../../shared/index.ts";
import { Backoff } from "../engine/backoff.ts";
import type { RetryHost } from "../engine/retries.ts";

/** Times a value is asked for, or written, before the store gives up: about five seconds. */
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 100;
/** Longer than the second in which KV takes one write for each key. */
const LAST_PAUSE_MS = 2500;

/** A part of a listing. */
export interface KeyPage {
  readonly names: readonly string[];
  /** Where the next part begins; `undefined` at the end. */
  readonly next: string | undefined;
}

/** A KV namespace whose failures, delays and limits are waited out for a while. */
export class Values {
  readonly #kv: KVNamespace;
  readonly #host: RetryHost;

  constructor(kv: KVNamespace, host: RetryHost) {
    this.#kv = kv;
    this.#host = host;
  }

  /** Writes a value that commits nothing, again and again until KV confirms it. @throws UnavailableError. */
  async put(key: string, value: Uint8Array): Promise<void> {
    await this.#answer(() => this.#kv.put(key, value));
  }

  /** Writes a value that is a commit. @throws what KV threw last: it may be written nevertheless. */
  async commit(key: string, value: Uint8Array, options?: KVNamespacePutOptions): Promise<void> {
    await this.#repeat(() => this.#kv.put(key, value, options));
  }

  /** Deletes a key, whether it is there or not. @throws what KV threw last. */
  async delete(key: string): Promise<void> {
    await this.#repeat(() => this.#kv.delete(key));
  }

  /** A value that may be missing, as far as this location knows. @throws UnavailableError when KV does not answer. */
  async find(key: string): Promise<Uint8Array | undefined> {
    const value = await this.#answer(() => this.#kv.get(key, "arrayBuffer"));
    return value === null ? undefined : new Uint8Array(value);
  }

  /**
   * Keys in order, a part at a time: at least one, unless that is the end. Those written within the last minute may be
   * missing, and those deleted in it may still be there.
   *
   * @param cursor Where the part before said that this one begins.
   * @throws UnavailableError when KV does not answer.
   */
  async keys(prefix: string, limit: number, cursor?: string): Promise<KeyPage> {
    let from = cursor;
    for (;;) {
      const page = await this.#answer(() => this.#kv.list({ prefix, limit, cursor: from ?? null }));
      const next = page.list_complete ? undefined : page.cursor;
      // KV passes over what was deleted, and answers with nothing when that is all it came across.
      if (page.keys.length > 0 || next === undefined) return { names: page.keys.map(({ name }) => name), next };
      from = next;
    }
  }

  /**
   * A value that was written once and must be there: if this location does not know it yet, or remembers that it was not
   * there, it is asked for again.
   *
   * @param length What it must measure, in bytes, if that is known; a value of another length counts as missing.
   * @param isNeeded Asked when it is missing: whether it is still supposed to be there.
   * @returns `undefined` when it is not needed any more.
   * @throws UnavailableError when it does not appear.
   */
  async immutable(
    key: string,
    length: number | undefined,
    isNeeded: () => boolean | Promise<boolean>,
  ): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const backoff = this.#backoff();
    for (let attempt = 1; ; attempt++) {
      const value = await this.#answer(() => this.#kv.get(key, "arrayBuffer"));
      if (value !== null && value.byteLength === (length ?? value.byteLength)) return new Uint8Array(value);
      if (!(await isNeeded())) return undefined;
      if (attempt >= ATTEMPTS) throw unavailable("KV does not have a chunk yet", undefined);
      await backoff.pause();
    }
  }

  async #answer<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await this.#repeat(ask);
    } catch (error) {
      throw unavailable("KV does not answer", error);
    }
  }

  async #repeat<T>(call: () => Promise<T>): Promise<T> {
    const backoff = this.#backoff();
    for (let attempt = 1; ; attempt++) {
      try {
        return await call();
      } catch (error) {
        if (attempt >= ATTEMPTS) throw error;
        await backoff.pause();
      }
    }
  }

  #backoff(): Backoff {
    return new Backoff({ ...this.#host, firstMs: FIRST_PAUSE_MS, maxMs: LAST_PAUSE_MS });
  }
}

const unavailable = (detail: string, cause: unknown): UnavailableError =>
  new UnavailableError({ retryAfterSeconds: 5 }, { detail, cause });
