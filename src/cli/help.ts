/** What help says below the options: examples first, because that is what people look for. */
export const HELP = {
  program: `
Examples:
  durable-cf-streams create http://localhost:4437/v1/stream/chat
  echo '{"text":"hello"}' | durable-cf-streams append http://localhost:4437/v1/stream/chat
  durable-cf-streams tail http://localhost:4437/v1/stream/chat --from start

Credentials:
  STREAM_AUTH          a token, or a whole Authorization value; --header counts more

Exit codes:
  0 done    1 failed    2 wrong command line    130 interrupted (Ctrl-C)

Results go to standard output, everything else to standard error. With --json both speak JSON.`,
  commands: {
    create: {
      after: `
Examples:
  durable-cf-streams create URL                                  JSON messages
  durable-cf-streams create URL --content-type text/plain --ttl 24h
  durable-cf-streams create URL --data '{"n":1}' --data '{"n":2}' --closed

Creating a stream that is there already succeeds when it is as asked for.`,
    },
    append: {
      after: `
Examples:
  durable-cf-streams append URL < messages.ndjson                each line of a JSON stream is a message
  make 2>&1 | durable-cf-streams append URL --lines --close      a text stream of whole lines
  durable-cf-streams append URL --data '{"n":1}'
  durable-cf-streams append URL --checkpoint import.ckpt < big.ndjson

How the input is cut:
  a JSON stream     --json (default)  each line is JSON, blank lines are left out
                    --lines           each line is a string
                    --raw             all of the input is one message
  any other stream  --raw (default)   bytes as they come
                    --lines           lines with their ends, none cut apart
                    --json            the same, and each line must be JSON

Exactly once:
  Within a run nothing is lost or doubled, whatever the network does. With --checkpoint that holds across runs: give
  the same input again after a crash, a kill or Ctrl-C, and only what is missing is appended. The file holds what is
  on its way. A checked beginning of the input may be longer the next time: a log that grows is appended bit by bit.
  --producer alone names who writes and shuts out an earlier run of the same id; it does not skip what that run stored.

A line that is not JSON ends the command with its number; everything before it is appended.`,
    },
    cat: {
      after: `
Examples:
  durable-cf-streams cat URL > copy.ndjson
  durable-cf-streams cat URL --checkpoint done.ckpt | ./process   what is new since the last time
  durable-cf-streams cat URL --json --limit 1                     {"message":…,"checkpoint":…}

A JSON stream is printed a message a line, others as they are. The checkpoint counts what was written out.`,
    },
    tail: {
      after: `
Examples:
  durable-cf-streams tail URL
  durable-cf-streams tail URL --from start
  durable-cf-streams tail URL --from start --checkpoint tail.ckpt   Ctrl-C; the same again goes on where it was

Once it has begun, it waits for the server for ever unless --retries says otherwise. It ends with 0 when the stream is closed and with 130 on Ctrl-C.`,
    },
    head: {
      after: `
Example:
  durable-cf-streams head URL --json | jq -r .offset`,
    },
    close: {
      after: `
Example:
  durable-cf-streams close URL --data '{"done":true}'

Closing a closed stream succeeds, unless there is a last message.`,
    },
    delete: {
      after: `
Example:
  durable-cf-streams delete URL`,
    },
    fork: {
      after: `
Examples:
  durable-cf-streams fork URL --to draft-2
  durable-cf-streams fork URL --to URL2 --at 0000000000000001_00000000000004d2`,
    },
  },
} as const;
