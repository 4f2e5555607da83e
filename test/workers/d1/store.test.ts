import { sharedStoreContract } from "../../storage/contract/shared.ts";
import { durableStoreContract } from "../../storage/contract/suite.ts";
import { ownerHarness, sharedHarness } from "./harness.ts";

durableStoreContract("D1Store with an owner", ownerHarness);
sharedStoreContract("D1Store shared by instances", sharedHarness);
