import { anywhere } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { openShare, type ShareText } from "./open-share.ts";

export const shareCommands = {
  "open-share": command<ShareText>(anywhere, openShare),
};
