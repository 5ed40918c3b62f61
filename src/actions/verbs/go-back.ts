import type { Outcome } from "../errand.ts";
import type { Pressed } from "../pressed.ts";
import { redraw } from "../scenes/redraw.ts";
import { sendFile } from "../scenes/transfer.ts";
import type { Resumable, Scene } from "../session.ts";

/** Out of what the button stood on: a link leads to its file, a file to its folder, a failure to what worked before. */
export function goBack(pressed: Pressed): Promise<Outcome> {
  return redraw(pressed, behind(pressed.shown?.scene ?? pressed.session.scene));
}

function behind(scene: Scene): Scene | Resumable {
  switch (scene.at) {
    case "link":
      return { ...scene, at: "file" };
    case "transfer":
      return { ...scene.file, at: "file" };
    case "file":
      return scene.from ?? scene.folder;
    case "search":
    case "list":
      return scene.folder;
    case "notice":
      return scene.back ?? scene.retry ?? { at: "welcome" };
    case "mount":
      return { at: "mounts" };
    case "question":
      if (scene.question === "broadcast") return { at: "operators", room: "broadcast" };
      if (scene.question === "revoke-every-link") return { at: "operators", room: "panel" };
      return scene.question === "remove-mount" ? { at: "mount", mount: scene.mount } : { at: "welcome" };
    case "operators":
      return { at: "operators", room: scene.room === "person" ? "people" : "panel", page: 1 };
    case "settings":
    case "mounts":
      return { at: "welcome" };
    case "folder":
    case "welcome":
    case "found":
    case "lend-choice":
    case "lending":
    case "place-settings":
      return scene;
  }
}

/** What failed, once more. */
export function retry(pressed: Pressed): Promise<Outcome> {
  const scene = pressed.shown?.scene ?? pressed.session.scene;
  const failed = scene.at === "notice" ? (scene.retry ?? scene) : scene;
  return failed.at === "transfer" ? sendFile(pressed, failed.file) : redraw(pressed, scene, { refresh: true });
}
