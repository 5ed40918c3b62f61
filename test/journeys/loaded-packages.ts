import { appendFileSync } from "node:fs";
import { registerHooks } from "node:module";

// Loaded before a program (`--import`): notes the packages it loads in the file of LOADED_PACKAGES, a line each.
const file = process.env["LOADED_PACKAGES"] ?? "";
const noted = new Set<string>();

registerHooks({
  load(url, context, next) {
    const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
    if (name !== undefined && !noted.has(name)) {
      noted.add(name);
      appendFileSync(file, `${name}\n`);
    }
    return next(url, context);
  },
});
