import { mountsOf } from "../../users/person.ts";
import type { ActionContext, Result } from "../context/context.ts";
import { notAShareLink, noticeWithWays } from "../context/failure.ts";
import type { Source } from "../../storage/source.ts";
import { download, saidSources } from "../download/download.ts";
import { fetchingMount } from "../download/fetching-mount.ts";
import { downloadTorrents } from "../download/torrents.ts";
import { searchFor } from "../search/search.ts";
import { openShare } from "../shares/open-share.ts";
import { sharesIn } from "../shares/recognise.ts";
import { fileMeaning } from "../upload/file-meaning.ts";
import { upload, type Sent } from "../upload/upload.ts";

/** Most characters that can be the words of a name. */
const maxWords = 200;

/**
 * Plain text in somebody's own chat: the shares it names are opened, what a drive can fetch is fetched, other addresses
 * are refused by name, and words are a search of their drive. An invitation's code is used up before this. Files that came
 * along are kept, unless the words name something: then they are a picture of that.
 */
export async function hearText(context: ActionContext, text: string, sent?: Sent): Promise<Result> {
  if (context.services.storage.kinds.some((kind) => kind.holdsCredential?.(text))) return credentialExposed(context);
  if (sharesIn(context, text).length > 0) return openShare(context, { text });
  const sources = await fetchable(context, text);
  if (sources.length > 0) return download(context, sources);
  if (sent) return hearFiles(context, sent);
  if (looksLikeLink(text)) return notAShareLink(context);
  const words = text.trim().replaceAll(/\s+/g, " ");
  const isSearch = /[\p{L}\p{N}]/u.test(words) && words.length <= maxWords;
  const mounts = isSearch ? await mountsOf(context.services, context.person) : [];
  return mounts.length > 0 ? searchFor(context, words) : noticeWithWays(context, "not-understood");
}

/** Nothing is made of it, and where it belongs is said. */
function credentialExposed(context: ActionContext): Promise<Result> {
  return noticeWithWays(context, "credential-exposed", { level: "refused", offer: ["add-account"] });
}

function hearFiles(context: ActionContext, { files, group }: Sent): Promise<Result> | Result {
  // Torrents among other files are kept with them.
  const isFetched = files.every(({ name }) => fileMeaning(name) === "torrent");
  return isFetched ? downloadTorrents(context, files) : upload(context, { files, group });
}

/** What is to be fetched, where a drive of theirs can: a magnet is said to need one, a web address is only no share. */
async function fetchable(context: ActionContext, text: string): Promise<readonly Source[]> {
  const sources = saidSources(context, text);
  const isCertain = sources.some(({ kind }) => kind !== "http");
  return sources.length > 0 && (isCertain || (await fetchingMount(context))) ? sources : [];
}

/** An address with or without its scheme. */
function looksLikeLink(text: string): boolean {
  return /[a-z][a-z0-9+.-]*:(?:\/\/|\?)/i.test(text) || /\b[\w-]+\.[a-z]{2,}\/\S/i.test(text);
}
