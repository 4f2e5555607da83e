# Stopped, killed, disconnected: run it again, and only what is missing is appended.
durable-cf-streams append "$URL" --checkpoint import.ckpt --close < big.ndjson
