import { sharedStoreContract } from "../../storage/contract/shared.ts";
import { durableStoreContract } from "../../storage/contract/suite.ts";
import { loneHarness, soleHarness } from "./harness.ts";

durableStoreContract("KV alone, in one process", soleHarness);
// KV is consistent here, and these instances write in turn.
sharedStoreContract("KVStore alone", loneHarness);
