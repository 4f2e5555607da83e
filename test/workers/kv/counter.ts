import { tracked } from "../../support/fake-clock.ts";
import { intercept, type KVCall } from "./intercept.ts";

/** The calls that an operation made, as KV bills them. */
export type KVCost = Readonly<Record<KVCall["operation"], number>>;

/** Counts what goes to a namespace by standing in front of it. */
export class Counter {
  /** The namespace to give to the store. */
  readonly namespace: KVNamespace;
  /** Keys in the order in which they were written. */
  readonly written: string[] = [];
  #calls: KVCall[] = [];

  constructor(kv: KVNamespace) {
    this.namespace = intercept(kv, (run, call) => {
      this.#calls.push(call);
      if (call.operation === "put") this.written.push(call.key);
      return tracked(run());
    });
  }

  /** What `operation` costs. */
  async cost(operation: () => Promise<unknown>): Promise<KVCost> {
    this.#calls = [];
    await operation();
    const count = (operation: KVCall["operation"]): number =>
      this.#calls.filter((call) => call.operation === operation).length;
    return { get: count("get"), put: count("put"), delete: count("delete"), list: count("list") };
  }
}
