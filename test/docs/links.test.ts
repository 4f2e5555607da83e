import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { anchorsOf, documents, proseOf, read, root } from "./documents.ts";

/** [text](target); the text may hold code, and an image stands before some. */
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;

const linksOf = (document: string): string[] =>
  [...proseOf(read(document)).matchAll(LINK)].map(([, target = ""]) => target);

const isElsewhere = (target: string): boolean => /^[a-z][a-z+.-]*:/i.test(target);

/** What is wrong with a link, if anything is. */
function faultOf(document: string, target: string): string | undefined {
  const url = new URL(target, new URL(document, root));
  const anchor = decodeURIComponent(url.hash.slice(1));
  url.hash = "";
  if (!url.href.startsWith(root.href)) return `${target} leads out of the project`;
  if (!existsSync(url)) return `${target} does not exist`;
  if (anchor === "") return undefined;
  const path = decodeURIComponent(url.href.slice(root.href.length));
  return anchorsOf(read(path)).includes(anchor) ? undefined : `${target}: ${path} has no such heading`;
}

describe.each(documents)("%s", (document) => {
  test("links to what exists", () => {
    const faults = linksOf(document).flatMap((target) =>
      isElsewhere(target) ? [] : (faultOf(document, target) ?? []),
    );
    expect(faults).toEqual([]);
  });
});

describe("links", () => {
  test("are found in guides and examples", () => {
    expect(documents).toEqual(expect.arrayContaining(["README.md", "docs/client.md", "examples/quickstart/README.md"]));
    expect(linksOf("README.md")).toEqual(expect.arrayContaining(["docs/stores.md", "docs/stores.md#what-it-costs"]));
  });

  test("to a missing file, a missing heading, or out of the project are faults", () => {
    expect(faultOf("docs/client.md", "nothing.md")).toBe("nothing.md does not exist");
    expect(faultOf("docs/client.md", "stores.md#nothing")).toBe(
      "stores.md#nothing: docs/stores.md has no such heading",
    );
    expect(faultOf("docs/client.md", "../../elsewhere")).toBe("../../elsewhere leads out of the project");
    expect(faultOf("docs/client.md", "#what-exactly-once-means")).toBeUndefined();
  });

  test("lead to headings by GitHub's names for them", () => {
    const text =
      "# A `code`, and a [link](x)!\n\n```sh\n# no heading\n```\n\n## §4 Two  blanks\n\n## Same\n\n## Same\n";
    expect(anchorsOf(text)).toEqual(["a-code-and-a-link", "4-two--blanks", "same", "same-1"]);
  });
});
