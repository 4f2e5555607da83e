import { describe, expect, test } from "vitest";
import { read } from "./documents.ts";

/** Where options are declared, and the guide that has a table of them. */
const TABLES = [
  { interface: "EdgeOptions", file: "src/server/http/edge.ts", guide: "docs/server.md" },
  { interface: "ContractOptions", file: "src/server/http/contracts/options.ts", guide: "docs/server.md" },
  { interface: "RequestCoreOptions", file: "src/server/http/options.ts", guide: "docs/server.md" },
  { interface: "DurableStreamBaseOptions", file: "src/client/stream/options.ts", guide: "docs/client.md" },
  { interface: "DurableStreamOptions", file: "src/client/stream/options.ts", guide: "docs/client.md" },
  { interface: "ProducerOptions", file: "src/client/producer/options.ts", guide: "docs/client.md" },
  { interface: "ReaderOptions", file: "src/client/reader/options.ts", guide: "docs/client.md" },
];

/** Names of the members that an interface declares itself. */
function membersOf(file: string, name: string): string[] {
  const [, declaration = ""] =
    new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, "m").exec(read(file)) ?? [];
  return [...declaration.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member = ""]) => member);
}

/** What stands in the first cell of the guide's rows. */
function rowsOf(guide: string): string[] {
  const cells = [...read(guide).matchAll(/^\|([^|]+)\|/gm)].map(([, cell = ""]) => cell);
  return cells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name));
}

describe("a guide's table of options", () => {
  test.each(TABLES)("has all of $interface", ({ interface: name, file, guide }) => {
    const members = membersOf(file, name);
    expect(members.length).toBeGreaterThan(1);
    expect(members.filter((member) => !rowsOf(guide).includes(member))).toEqual([]);
  });
});
