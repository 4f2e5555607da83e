/** What the README tells a newcomer to do. */
export interface Instructions {
  /** Files to write: their text by their path in the newcomer's folder. */
  readonly files: ReadonlyMap<string, string>;
  /** Commands that set the folder up, one a line. */
  readonly setUp: readonly string[];
  /** The command that serves the Worker. */
  readonly serve: string;
  /** The command that runs the client. */
  readonly client: string;
}

const BLOCK = /^<!-- snippet: examples\/snippets\/readme\/(?<path>\S+) -->\n```\w+\n(?<text>[\s\S]*?)^```$/gm;

/**
 * Reads the README as a newcomer does: the files in its code blocks, under the names that its sentences give them, and the
 * commands.
 *
 * @param readme - Its text.
 * @throws Error when it does not name a file whose code it shows, or lacks one of the commands.
 */
export function readInstructions(readme: string): Instructions {
  const files = new Map<string, string>();
  for (const { groups = {}, index } of readme.matchAll(BLOCK)) {
    const { path = "", text = "" } = groups;
    const sentence = readme.slice(0, index).trimEnd().split("\n\n").at(-1) ?? "";
    if (!sentence.includes(`\`${path}\``)) throw new Error(`The README shows ${path} and does not call it so`);
    files.set(path, text);
  }
  const [, setUp = ""] = /^```sh\n((?:npm (?:init|install|pkg).*\n)+)```$/m.exec(readme) ?? [];
  return {
    files,
    setUp: setUp.split("\n").slice(0, -1),
    serve: found(readme, /`(npx wrangler dev[^`]*)`/),
    client: found(readme, /`(node [^`]+\.ts)`/),
  };
}

function found(readme: string, pattern: RegExp): string {
  const [, command] = pattern.exec(readme) ?? [];
  if (command === undefined) throw new Error(`The README has no command like ${pattern}`);
  return command;
}
