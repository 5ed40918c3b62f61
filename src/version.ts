import manifest from "../package.json" with { type: "json" };

/** The version of this build, as `package.json` says: shown to operators and in `/metrics`. */
export const version: string = manifest.version;
