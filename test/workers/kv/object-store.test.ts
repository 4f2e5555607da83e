import { durableStoreContract } from "../../storage/contract/suite.ts";
import { eagerHarness, objectHarness } from "./harness.ts";

durableStoreContract("KVStore with an object's storage", objectHarness);
durableStoreContract("KVStore with an object's storage and small values", eagerHarness);
