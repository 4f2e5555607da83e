import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { expect, it } from "vitest";
import { SqliteStore } from "../../src/server/storage/sqlite/index.ts";

const e = new TextEncoder(), d = new TextDecoder();
it("smoke", async () => {
  const stub = env.BARE.get(env.BARE.newUniqueId());
  await runInDurableObject(stub, async (_o: unknown, ctx: DurableObjectState) => {
    const s = new SqliteStore(ctx.storage);
    console.log(await s.put("a",{contentType:"application/json", data:e.encode('[1, {"x":[2,3]}]')}));
    console.log(await s.append("a", e.encode('[12345678901234567890, "z"]'),{contentType:"application/json", producer:{id:"p",epoch:0,seq:0}}));
    console.log(await s.append("a", e.encode('[12345678901234567890, "z"]'),{contentType:"application/json", producer:{id:"p",epoch:0,seq:0}}));
    const g = await s.get("a"); console.log(g.messages.map(m=>[m.offset,d.decode(m.data)]));
    console.log(await s.put("f",{forkedFrom:"a", forkOffset:g.messages[1]!.offset, forkSubOffset:1}));
    await s.append("f", e.encode('"own"'),{contentType:"application/json"});
    console.log((await s.get("f")).messages.map(m=>[m.offset,d.decode(m.data)]));
    await s.delete("a"); console.log(await s.head("a").catch((e:any)=>e._tag));
    console.log(d.decode(s.formatResponse("f",(await s.get("f",{maxBytes:3})).messages)));
    const w = s.waitForData("f", (await s.head("f")).nextOffset, 1000);
    await s.append("f", e.encode('9'),{contentType:"application/json", close:true}); console.log(await w);
    await s.delete("f"); console.log(await s.head("a").catch((e:any)=>e._tag), await s.maintain());
    // abandoned cursor
    ctx.storage.sql.exec("create table t(a)"); for(let i=0;i<10;i++) ctx.storage.sql.exec("insert into t values (?)", i);
    const c = ctx.storage.sql.exec("select * from t"); for (const row of c) { if (row) break; }
    ctx.storage.sql.exec("insert into t values (11)");
    try { ctx.storage.transactionSync(() => { ctx.storage.sql.exec("insert into t values (12)"); throw new Error("x"); }); } catch (e) { console.log("rolled", String(e)); }
    console.log([...ctx.storage.sql.exec("select count(*) as n from t")]);
    try { console.log("left", c.toArray().length); } catch (e) { console.log("cursor", String(e)); }
    const c2 = ctx.storage.sql.exec("select * from t limit 1"); c2.next();
    const c3 = ctx.storage.sql.exec("select * from t"); for (const row of c3) { if (row) break; }
    await ctx.storage.deleteAll(); console.log("deleted all");
    s.reset(); console.log(await s.put("a"));
  });
  expect(1).toBe(1);
});
