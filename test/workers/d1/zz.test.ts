import { durableStoreContract } from "../../storage/contract/suite.ts";
import { sharedHarness } from "./harness.ts";

durableStoreContract("D1Store shared", sharedHarness);
