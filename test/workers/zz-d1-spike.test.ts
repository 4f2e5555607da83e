import { env } from "cloudflare:workers";
import { test } from "vitest";
const db: any = (env as any).DB;
const t = async (name: string, n: number, f: (i: number) => Promise<unknown>) => {
  const s = performance.now();
  let last: any;
  for (let i = 0; i < n; i++) last = await f(i);
  console.log(name, ((performance.now() - s) / n).toFixed(2), "ms each", JSON.stringify(last)?.slice(0, 300));
};
test("spike", async () => {
  await db.batch([db.prepare("CREATE TABLE t (k INTEGER PRIMARY KEY, data BLOB, note TEXT)"), db.prepare("CREATE TABLE g (conflict INTEGER NOT NULL)")]);
  console.log(JSON.stringify(await db.prepare("SELECT sqlite_version() v").all().catch(String)));
  const bin = new Uint8Array(512 * 1024).map((_, i) => (i * 31) & 255);
  const txt = JSON.stringify(Array.from({ length: 8000 }, (_, i) => ({ id: i, text: "hello world and so on" }))).slice(0, 512 * 1024);
  await t("select1", 50, () => db.prepare("SELECT 1").all());
  await t("write blob 512K", 5, (i) => db.prepare("INSERT INTO t VALUES (?, ?, '')").bind(i, bin).run());
  const hex = (bin as any).toHex ? (bin as any).toHex() : "";
  console.log("toHex", hex.length);
  await t("write hex 512K", 5, (i) => db.prepare("INSERT INTO t VALUES (?, unhex(?), '')").bind(i + 10, (bin as any).toHex()).run());
  await t("write text 512K", 5, (i) => db.prepare("INSERT INTO t VALUES (?, CAST(? AS BLOB), '')").bind(i + 20, txt).run());
  await t("read blob 512K", 5, async (i) => { const r = await db.prepare("SELECT data FROM t WHERE k = ?").bind(i).all(); return [Array.isArray(r.results[0].data), r.results[0].data.length, r.meta]; });
  await t("read hex 512K", 5, async (i) => { const r = await db.prepare("SELECT hex(data) h FROM t WHERE k = ?").bind(i).all(); const u = (Uint8Array as any).fromHex(r.results[0].h); return [u.length, u[5] === bin[5]]; });
  await t("read text 512K", 5, async (i) => { const r = await db.prepare("SELECT CAST(data AS TEXT) h FROM t WHERE k = ?").bind(i + 20).all(); return [r.results[0].h === txt]; });
  await t("read raw blob", 5, async (i) => { const r = await db.prepare("SELECT data FROM t WHERE k = ?").bind(i).raw(); return [typeof r[0][0], r[0][0].length]; });
  const many = Array.from({ length: 32 }, (_, i) => db.prepare("INSERT INTO t VALUES (?, unhex(?), '')").bind(i + 100, hex));
  await t("batch 16MiB hex", 1, async () => (await db.batch(many)).length);
  const many2 = Array.from({ length: 32 }, (_, i) => db.prepare("INSERT INTO t VALUES (?, ?, '')").bind(i + 200, bin));
  await t("batch 16MiB arr", 1, async () => (await db.batch(many2)).length).catch((e) => console.log(String(e)));
  // NUL text
  console.log(JSON.stringify(await db.prepare("SELECT length(CAST(? AS BLOB)) n, CAST(x'610062' AS TEXT) z, hex(CAST(? AS BLOB)) h").bind("a\u0000b\ud83d\ude00", "\ufeffa\u0000b").all()));
  // guard
  try { await db.batch([db.prepare("INSERT INTO g SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM t WHERE k = ?)").bind(99999), db.prepare("INSERT INTO t VALUES (555, '', '')")]); } catch (e: any) { console.log("guard:", e.message, "|", String(e.cause)); }
  console.log(JSON.stringify((await db.prepare("SELECT count(*) n FROM t WHERE k=555").all()).results));
  console.log(JSON.stringify((await db.batch([db.prepare("INSERT INTO g SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM t WHERE k = ?)").bind(1), db.prepare("UPDATE t SET data = CAST(data || unhex(?) AS BLOB) WHERE k = 1").bind("00ff")])).map((r: any) => r.meta)));
  try { await db.prepare("SELECT * FROM nope").all(); } catch (e: any) { console.log("missing:", e.message); }
  const s = db.withSession("first-primary");
  await s.prepare("SELECT 1").all();
  console.log("bookmark", s.getBookmark());
  await t("session select", 20, () => db.withSession("first-primary").prepare("SELECT 1").all());
  console.log(JSON.stringify((await db.withSession(s.getBookmark()).prepare("SELECT length(data) n FROM t WHERE k=1").all())));
  await t("ints", 1, () => db.prepare("SELECT (CAST(? AS INTEGER) << 40 | CAST(? AS INTEGER)) & 1099511627775 AS a, typeof(?) b").bind(5, 123456, 7).all());
}, 60000);
