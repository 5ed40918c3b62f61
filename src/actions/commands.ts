import { adminCommands } from "./admin/commands.ts";
import { browseCommands } from "./browse/commands.ts";
import type { Command } from "./context/command.ts";
import type { ActionContext, Result } from "./context/context.ts";
import { downloadCommands } from "./download/commands.ts";
import { favouriteCommands } from "./favourites/commands.ts";
import { fileCommands } from "./files/commands.ts";
import { followCommands } from "./follow/commands.ts";
import { groupCommands } from "./groups/commands.ts";
import { hookCommands } from "./hook/commands.ts";
import { linkCommands } from "./links/commands.ts";
import { mountCommands } from "./mounts/commands.ts";
import { searchCommands } from "./search/commands.ts";
import { settingsCommands } from "./settings/commands.ts";
import { shareOutCommands } from "./share-out/commands.ts";
import { shareCommands } from "./shares/commands.ts";
import { startCommands } from "./start/commands.ts";
import { tidyCommands } from "./tidy/commands.ts";
import { uploadCommands } from "./upload/commands.ts";

/** Everything that can be asked without a button or a form. */
export const commands = {
  ...startCommands,
  ...browseCommands,
  ...searchCommands,
  ...linkCommands,
  ...fileCommands,
  ...downloadCommands,
  ...tidyCommands,
  ...uploadCommands,
  ...mountCommands,
  ...favouriteCommands,
  ...followCommands,
  ...shareCommands,
  ...shareOutCommands,
  ...groupCommands,
  ...hookCommands,
  ...settingsCommands,
  ...adminCommands,
};

type Commands = typeof commands;
export type CommandName = keyof Commands;
type ArgumentOf<N extends CommandName> = Commands[N] extends Command<infer T> ? T : never;

/** What was asked, and what came with it. */
export type CommandAction = { [N in CommandName]: { readonly do: N } & ArgumentOf<N> }[CommandName];

/** The row of a command, whose argument is that of the action. */
export function commandOf(action: CommandAction): Command<CommandAction> {
  // The compiler cannot tie a row to its own argument.
  return commands[action.do] as unknown as Command<CommandAction>;
}

export function handleCommand(context: ActionContext, action: CommandAction): Promise<Result> | Result {
  return commandOf(action).handle(context, action);
}
