import { type Around, intercept } from "./intercept.ts";

/** What an operation cost: what R2 bills by class, and what it does not bill. */
export interface Cost {
  /** Operations that write or list. */
  readonly a: number;
  /** Operations that read. */
  readonly b: number;
  /** Deletions, which cost nothing. */
  readonly free: number;
}

/** Counts what goes to a bucket by standing in front of it. */
export class Meter {
  /** The bucket to give to the store. */
  readonly bucket: R2Bucket;
  #calls: string[] = [];

  constructor(bucket: R2Bucket) {
    const around: Around = (run, { method }) => {
      this.#calls.push(method);
      return run();
    };
    this.bucket = intercept(bucket, around);
  }

  /** What `operation` costs. */
  async cost(operation: () => Promise<unknown>): Promise<Cost> {
    this.#calls = [];
    await operation();
    const count = (...methods: string[]) => this.#calls.filter((method) => methods.includes(method)).length;
    return { a: count("put", "list"), b: count("head", "get"), free: count("delete") };
  }
}
