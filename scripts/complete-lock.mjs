// npm run lock, after any `npm install`: adds to package-lock.json the optional packages of other
// platforms that npm left out. npm drops an optional package that its registry does not have, as mirrors often lack
// binaries for other systems; `npm ci` then refuses the lock file on every machine. The added entries carry no integrity
// hash: where the package exists, the next `npm install` on that platform fills it in. Changes nothing when all is there.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** @typedef {Record<string, string | boolean | string[]>} Entry */

const file = fileURLToPath(new URL("../package-lock.json", import.meta.url));
/** @type {{ packages: Record<string, Entry & { optionalDependencies?: Record<string, string>, dev?: boolean }> }} */
const lock = JSON.parse(await readFile(file, "utf8"));

let added = 0;
for (const [place, { optionalDependencies = {}, dev = false }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    // Platform packages are pinned by their parent; a range is an optional package of another kind, and npm's business.
    if (/^\d+\.\d+\.\d+/.test(version) && !isLocked(place, name, version)) {
      lock.packages[`${enclosingFolder(place)}${name}`] = {
        version,
        ...(dev ? { dev } : {}),
        optional: true,
        ...platformOf(name),
      };
      added += 1;
    }
  }
}

if (added > 0) {
  const [root, ...rest] = Object.entries(lock.packages);
  lock.packages = Object.fromEntries([...(root ? [root] : []), ...rest.sort(([a], [b]) => a.localeCompare(b, "en"))]);
  await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(`package-lock.json: ${added} optional packages of other platforms added`);

/**
 * Whether a package finds a dependency, in the right version, where Node looks: the nearest node_modules that has it.
 *
 * @param {string} place
 * @param {string} name
 * @param {string} version
 */
function isLocked(place, name, version) {
  for (let folder = place; folder !== ""; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const found = lock.packages[`${folder}/node_modules/${name}`];
    if (found !== undefined) {
      return found.version === version;
    }
  }
  return lock.packages[`node_modules/${name}`]?.version === version;
}

/**
 * The node_modules folder that a package lies in, with its slash.
 *
 * @param {string} place
 */
function enclosingFolder(place) {
  return place.slice(0, place.lastIndexOf("node_modules/") + "node_modules/".length);
}

/**
 * What npm needs to see that a package is for another platform, read from its name (`rollup-linux-x64-musl`).
 *
 * @param {string} name
 * @returns {Entry}
 */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = words.map((word) => (word === "windows" ? "win32" : word)).find(isSystem);
  const cpu = words.map((word) => (word === "64" ? "x64" : word)).find(isProcessor);
  const libc = words.includes("musl") || words.includes("musleabihf") ? "musl" : undefined;
  return { ...(os ? { os: [os] } : {}), ...(cpu ? { cpu: [cpu] } : {}), ...(libc ? { libc: [libc] } : {}) };
}

/** @param {string} word */
function isSystem(word) {
  return ["android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"].includes(word);
}

/** @param {string} word */
function isProcessor(word) {
  return ["arm", "arm64", "ia32", "loong64", "ppc64", "riscv64", "s390x", "x64"].includes(word);
}
