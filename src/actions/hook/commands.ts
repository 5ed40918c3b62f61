import { inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { downloadByHook, type HookDownload } from "./download-by-hook.ts";

export const hookCommands = {
  /** What a program has asked a person's hook for. */
  "hook-download": command<Omit<HookDownload, "do">>(inPrivate, downloadByHook),
};
