import { durableStoreContract } from "../../storage/contract/suite.ts";
import { ownerHarness } from "./harness.ts";

durableStoreContract("D1Store with an owner", ownerHarness);
