import packageJson from "../../package.json" with { type: "json" };

/** How `npm start` bounds the heap. */
export const heapFlags = packageJson.scripts.start.split(" ").filter((word) => word.startsWith("--"));
