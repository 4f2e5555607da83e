import { Command, Option, type OutputConfiguration } from "commander";
import manifest from "../../package.json" with { type: "json" };
import {
  collect,
  parseCount,
  parseDate,
  parseDuration,
  parseFrom,
  parseHeader,
  parseLimit,
  parseUrl,
} from "./arguments.ts";
import { append } from "./commands/append.ts";
import { close } from "./commands/close.ts";
import { create } from "./commands/create.ts";
import { remove } from "./commands/delete.ts";
import { fork } from "./commands/fork.ts";
import { head } from "./commands/head.ts";
import { cat, tail } from "./commands/read.ts";
import type { ConnectionOptions } from "./connection.ts";
import { HELP } from "./help.ts";
import type { Shell } from "./shell.ts";

/** Does what a subcommand is for, and deals with what it throws. */
export type Perform = <Options extends ConnectionOptions>(
  command: (url: string, options: Options, shell: Shell) => Promise<void>,
) => (url: string, options: Options) => Promise<void>;

/** Where to begin, as `cat` and `tail` take it. */
function fromOption(otherwise: string): Option {
  return new Option(
    "-f, --from <place>",
    `start, now, an offset, or a checkpoint of --json (default: ${otherwise})`,
  ).argParser(parseFrom);
}

const CHECKPOINT = "-c, --checkpoint <file>";

/** What {@link Command.conflicts} knows an option by. */
const EXPIRES_AT = "expiresAt";

function lifetime(command: Command): Command {
  return command
    .addOption(
      new Option("--ttl <time>", "expires when unused for so long: seconds, or 90s, 15m, 24h, 7d")
        .argParser(parseDuration)
        .conflicts(EXPIRES_AT),
    )
    .option("--expires-at <date>", "expires then: 2030-01-31T12:00:00Z", parseDate);
}

/**
 * The command line.
 *
 * @param perform Wraps what the subcommands do.
 * @param output Where help and mistakes are told.
 */
export function program(perform: Perform, output: OutputConfiguration): Command {
  const root = new Command("durable-cf-streams")
    .usage("<command> <url> [options]")
    .description("Creates, writes, reads and follows streams of any server that speaks the Durable Streams protocol.")
    .version(manifest.version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", HELP.program)
    .showHelpAfterError("See: durable-cf-streams --help")
    .exitOverride()
    .configureOutput(output);

  const command = (name: keyof typeof HELP.commands, what: string, json: string): Command => {
    const { after } = HELP.commands[name];
    return root
      .command(name)
      .description(what)
      .argument("<url>", "of the stream", parseUrl)
      .helpOption("-h, --help", "print this help")
      .addHelpText("after", after)
      .showHelpAfterError(`See: durable-cf-streams ${name} --help`)
      .option("--json", json)
      .option("-H, --header <header>", "'Name: value' of every request; may be repeated", collect(parseHeader))
      .option("--retries <count>", "how often to try again what failed in passing", parseCount)
      .option("-v, --verbose", "say what is tried again, not only on a terminal");
  };

  lifetime(command("create", "create a stream, or confirm that it is there", "print the result as JSON"))
    .option("-t, --content-type <type>", "what it holds", "application/json")
    .option("-d, --data <message>", "a first message; may be repeated", collect(String))
    .option("--closed", "closed from the beginning: the first messages are all")
    .action(perform(create));

  command("append", "append standard input, exactly once and in order", "take a JSON message a line, print JSON")
    .addOption(new Option("--lines", "each line is a message").conflicts("raw"))
    .option("--raw", "the input as it is; for a JSON stream, one document")
    .option("-d, --data <message>", "append this instead of the input; may be repeated", collect(String))
    .option(CHECKPOINT, "run again with the same input, go on where it ended")
    .option("--producer <id>", "who writes, to the server (default: a random id)")
    .option("--epoch <number>", "the session of the producer; above those of earlier runs", parseCount)
    .option("--close", "close the stream behind the last message")
    .action(perform(append));

  const reading = (name: "cat" | "tail", what: string, from: string): Command =>
    command(name, what, "print each message with the checkpoint behind it, as JSON")
      .addOption(fromOption(from))
      .option(CHECKPOINT, "go on from here if it exists, and keep the position in it")
      .option("-n, --limit <count>", "stop after so many messages", parseLimit);

  reading("cat", "print a stream up to where it ends now", "start").action(perform(cat));
  reading("tail", "print what is appended, as it comes, until the stream is closed", "now")
    .addOption(
      new Option("--live <mode>", "how to wait for more").choices(["auto", "sse", "long-poll"]).default("auto"),
    )
    .action(perform(tail));

  command("head", "print what a stream is and where it ends", "print it as JSON").action(perform(head));

  command("close", "close a stream for ever", "print the result as JSON")
    .option("-d, --data <message>", "a last message, stored in the same step")
    .action(perform(close));

  command("delete", "delete a stream and all that it holds", "print the result as JSON").action(perform(remove));

  lifetime(command("fork", "create a stream that begins with this one's content", "print the result as JSON"))
    .requiredOption("--to <url>", "where the fork is to live; may be relative to the source")
    .option("--at <offset>", "where it leaves the source (default: its end)")
    .option("--sub-offset <count>", "how much more to inherit: messages (JSON) or bytes", parseCount)
    .action(perform(fork));

  return root;
}
