import { BOUNDARY_WINDOW_BYTES, type StreamContract } from "../../../shared/index.ts";
import { DEFAULT_MAX_BODY_BYTES, size } from "../options.ts";
import type { ContractOptions, ContractSettings } from "./options.ts";

const DEFAULT_MAX_MESSAGE_BYTES = 1024 * 1024;

/**
 * Fills in defaults.
 *
 * @returns The settings, or `undefined` when there is nothing to keep.
 * @throws TypeError when a contract stands behind one that matches all its paths; RangeError for a size that makes no
 * sense.
 */
export function resolveContractSettings(options: ContractOptions): ContractSettings | undefined {
  const { contracts = [], contractsOnly = false } = options;
  for (const [at, contract] of contracts.entries()) refuseHidden(contract, contracts.slice(0, at));
  const settings = {
    contracts,
    contractsOnly,
    maxBodyBytes: size("maxBodyBytes", options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES),
    maxMessageBytes: size(
      "maxMessageBytes",
      options.maxMessageBytes ?? DEFAULT_MAX_MESSAGE_BYTES,
      BOUNDARY_WINDOW_BYTES,
    ),
  };
  return contracts.length > 0 || contractsOnly ? settings : undefined;
}

/** A pattern is itself a path that only its own parameters' places can match: no literal segment holds a colon. */
function refuseHidden({ path }: StreamContract, earlier: readonly StreamContract[]): void {
  const hiding = earlier.find((contract) => contract.match(path.slice(1)) !== undefined);
  if (hiding === undefined) return;
  throw new TypeError(
    `The contract of ${path} never counts: ${hiding.path} stands before it and matches all its paths`,
  );
}
