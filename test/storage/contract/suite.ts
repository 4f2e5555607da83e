import { describe, test } from "vitest";
import { appendContract } from "./append.ts";
import { closureContract } from "./closure.ts";
import { createContract } from "./create.ts";
import { deletionContract } from "./deletion.ts";
import { expiryContract } from "./expiry.ts";
import { expiryRestartContract, watchedExpiryContract } from "./expiry-watched.ts";
import { forkChainContract } from "./fork-chains.ts";
import { forkLifetimeContract } from "./fork-lifetimes.ts";
import { forkRegistrationContract } from "./fork-registration.ts";
import { forkSagaContract } from "./fork-saga.ts";
import { forkContract } from "./forks.ts";
import type { Check, DurableBed, Harness } from "./harness.ts";
import { jsonContract } from "./json.ts";
import { producerContract } from "./producers.ts";
import { readingContract } from "./reading.ts";
import { restartContract } from "./restart.ts";
import { waitingContract } from "./waiting.ts";

/** Some tests make hundreds of commits, which take a few seconds where each is a remote call. */
const TIMEOUT_MS = 30_000;

/**
 * What every store promises, whatever it keeps its streams in.
 *
 * @param name Names the store in the report.
 * @param harness Makes an empty store for each test.
 */
export function storeContract(name: string, harness: Harness): void {
  const check: Check = (title, body, options = {}) => test(title, () => harness(options, body), TIMEOUT_MS);
  describe(name, () => {
    createContract(check);
    appendContract(check);
    producerContract(check);
    closureContract(check);
    readingContract(check);
    jsonContract(check);
    deletionContract(check);
    waitingContract(check);
    expiryContract(check);
    watchedExpiryContract(check);
    forkContract(check);
    forkLifetimeContract(check);
    forkChainContract(check);
    forkRegistrationContract(check);
    forkSagaContract(check);
  });
}

/**
 * What a store promises of writes, and what it finds again of them: for a second way to open a store that is tested
 * whole in a first.
 *
 * @param name Names the store in the report.
 * @param harness Makes an empty store for each test, and opens what is stored again.
 */
export function durableWritesContract(name: string, harness: Harness<DurableBed>): void {
  const check: Check<DurableBed> = (title, body, options = {}) => test(title, () => harness(options, body), TIMEOUT_MS);
  describe(name, () => {
    appendContract(check);
    producerContract(check);
    closureContract(check);
    deletionContract(check);
    restartContract(check);
  });
}

/**
 * What every store promises whose streams outlive its process.
 *
 * @param name Names the store in the report.
 * @param harness Makes an empty store for each test, and opens what is stored again.
 */
export function durableStoreContract(name: string, harness: Harness<DurableBed>): void {
  const check: Check<DurableBed> = (title, body, options = {}) => test(title, () => harness(options, body), TIMEOUT_MS);
  storeContract(name, harness);
  describe(name, () => {
    restartContract(check);
    expiryRestartContract(check);
  });
}
