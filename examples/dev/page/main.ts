import { startPage } from "../../page/src/page.ts";

await startPage();
