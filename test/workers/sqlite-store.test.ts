import { durableStoreContract, durableWritesContract } from "../storage/contract/suite.ts";
import { bareSqlHarness, sqliteHarness } from "./sqlite-harness.ts";

durableStoreContract("SqliteStore", sqliteHarness);
durableWritesContract("SqliteStore on bare SQL", bareSqlHarness);
