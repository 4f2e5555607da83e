import { delimiter, dirname } from "node:path";
import "../quiet.mjs";

/**
 * The environment of somebody who has just opened a terminal: nothing in it leads to this project's tools, nor to the npm
 * command that may have started this process. Its Node is the one that runs this process.
 *
 * @param options - `online`: whether npm may ask the registry.
 */
export function newcomersEnvironment({ online }: { online: boolean }): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|command)|INIT_CWD$)/.test(name),
  );
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.endsWith("node_modules/.bin"));
  return {
    ...Object.fromEntries(own),
    PATH: [dirname(process.execPath), ...folders].join(delimiter),
    NO_COLOR: "1",
    npm_config_audit: "false",
    npm_config_fund: "false",
    npm_config_update_notifier: "false",
    // Folders of this project stand for what the registry has: their own scripts are for those who develop them.
    ...(online ? {} : { npm_config_offline: "true", npm_config_ignore_scripts: "true" }),
  };
}
