import { inPrivate } from "../../users/roles.ts";
import { command } from "../context/command.ts";
import { upload, type Sent } from "./upload.ts";

export const uploadCommands = {
  /** Files that came along with the command, or that it answers. */
  upload: command<Sent>(inPrivate, upload),
};
