# A stream of JSON messages, and what it is.
durable-cf-streams create "$URL" --ttl 24h
durable-cf-streams head "$URL" --json

# Each line becomes a message, exactly once whatever the network does.
printf '{"n":1}\n{"n":2}\n' | durable-cf-streams append "$URL"

# All of it, a message a line; or only what came since the last time.
durable-cf-streams cat "$URL"
durable-cf-streams cat "$URL" --checkpoint seen.ckpt
durable-cf-streams append "$URL" --data '{"n":3}' --close
durable-cf-streams cat "$URL" --checkpoint seen.ckpt

# Live, until the stream is closed or Ctrl-C. With a checkpoint, the same command goes on where it was.
durable-cf-streams tail "$URL" --from start --checkpoint tail.ckpt

# A copy that goes its own way, and the end of the first one.
durable-cf-streams fork "$URL" --to "$URL-draft"
durable-cf-streams delete "$URL"
