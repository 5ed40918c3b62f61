import { z } from "zod";
import type { CallOptions } from "../../storage/driver.ts";
import { StorageError } from "../../storage/error.ts";
import { sourceOf } from "../../storage/source.ts";
import type { Preview, PreviewFile } from "../../storage/task.ts";
import type { Client } from "./client.ts";
import { count, read, text } from "./wire.ts";

/** Files that are told of, and folders inside each other that are looked into. */
const [maxFiles, maxDepth] = [2000, 20];

/** What an address would bring: `POST /drive/v1/resource/list`, as the service's other clients ask. */
export async function preview(client: Client, given: string, options: CallOptions): Promise<Preview> {
  const source = sourceOf(given);
  if (!source) throw new StorageError("source-unsupported", { message: "no address that can be fetched" });
  const body = { page_size: 500, thumbnail_type: "FROM_HASH", urls: source.url };
  return readPreview(await client.call({ method: "POST", path: "/drive/v1/resource/list", body, ...options }));
}

const listShape = z.looseObject({ resources: z.array(z.unknown()).nullish(), next_page_token: text });
const answerShape = z.looseObject({ list: listShape.nullish() });
const resourceShape = z.looseObject({
  name: z.string().min(1),
  file_size: count,
  file_count: count,
  is_dir: z.boolean().catch(false),
  dir: z.unknown().optional(),
});

/** The tree of an answer as a list; one odd entry does not cost the others. */
export function readPreview(body: unknown): Preview {
  const { list } = read(answerShape, body, "a list of resources");
  const files: PreviewFile[] = [];
  let isCut = false;
  const walk = (listing: unknown, trail: readonly string[]): void => {
    const { resources, next_page_token: next } = listShape.catch({ resources: [], next_page_token: "" }).parse(listing);
    if (next !== "") isCut = true;
    for (const one of resources ?? []) {
      const resource = resourceShape.safeParse(one).data;
      if (!resource) continue;
      if (files.length >= maxFiles || trail.length >= maxDepth) isCut = true;
      else if (resource.is_dir && resource.dir !== null && resource.dir !== undefined)
        walk(resource.dir, [...trail, resource.name]);
      else files.push({ trail, name: resource.name, size: resource.file_size });
    }
  };
  walk(list, []);
  const [first] = files;
  return { ...(first && { name: first.trail[0] ?? first.name }), files, isCut };
}
