// Prints the token of a user: node examples/plain-worker-d1/token.ts SECRET USER
import { issueToken } from "./src/tokens.ts";

const [secret, user] = process.argv.slice(2);
if (secret === undefined || user === undefined) throw new Error("usage: token.ts SECRET USER");
console.log(await issueToken(secret, user));
