import { sharedStoreContract } from "../../storage/contract/shared.ts";
import { durableStoreContract } from "../../storage/contract/suite.ts";
import { ownerHarness, sharedHarness } from "./harness.ts";

durableStoreContract("R2Store with an owner", ownerHarness);
sharedStoreContract("R2Store shared by instances", sharedHarness);
