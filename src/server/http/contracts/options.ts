import type { StreamContract } from "../../../shared/index.ts";

/** Which contracts a server keeps, and how. */
export interface ContractOptions {
  /**
   * What `defineStream` made. Streams at their paths are created and written only as they say; reading, closing and
   * deleting are not their concern. Where two match a path the first one counts. None unless given.
   */
  readonly contracts?: readonly StreamContract[] | undefined;
  /**
   * Whether streams can be created at paths of contracts only; elsewhere a creation is then refused with 403. What exists
   * elsewhere already stays as it is. Default `false`.
   */
  readonly contractsOnly?: boolean | undefined;
  /** Largest request body in bytes, where a schema has to see it whole; a larger one is refused with 413. Default 16 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Largest JSON message in bytes that a schema is asked about, 64 KiB or more; a request with a larger one is refused
   * with 413. Parsed, a message can take twenty times its size. Default 1 MiB.
   */
  readonly maxMessageBytes?: number | undefined;
}

/** {@link ContractOptions} with every default filled in. */
export type ContractSettings = {
  readonly [Name in keyof ContractOptions]-?: Exclude<ContractOptions[Name], undefined>;
};
