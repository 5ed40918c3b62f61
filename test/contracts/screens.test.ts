import { discordCanvas } from "../discord/canvas.ts";
import { telegramCanvas } from "../telegram/canvas.ts";
import { screensContract } from "./screens.ts";

screensContract(telegramCanvas);
screensContract(discordCanvas);
