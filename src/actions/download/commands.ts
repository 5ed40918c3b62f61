import { anywhere, inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import type { SentFile } from "../model/sent-file.ts";
import { fileMeaning } from "../upload/file-meaning.ts";
import { download } from "./download.ts";
import { tasks } from "./tasks.ts";
import { downloadTorrents } from "./torrents.ts";

interface Asked {
  /** Addresses in a text; absent = none were given. */
  readonly text?: string | undefined;
  /** Torrent files that came along, or that are answered: they count where there is no text. */
  readonly files?: readonly SentFile[];
}

export const downloadCommands = {
  download: command<Asked>(anywhere, (context, { text = "", files = [] }) => {
    const torrents = files.filter(({ name }) => fileMeaning(name) === "torrent");
    return text === "" && torrents.length > 0 ? downloadTorrents(context, torrents) : download(context, text);
  }),
  tasks: command(inPrivate, (context) => tasks(context)),
};
