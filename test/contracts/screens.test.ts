import { discordRenderer } from "../discord/renderer.ts";
import { telegramRenderer } from "../telegram/renderer.ts";
import { screensContract } from "./screens.ts";

screensContract(telegramRenderer);
screensContract(discordRenderer);
