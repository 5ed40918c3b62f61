import type { Variant } from "../../storage/entry.ts";
import type { Mount } from "../../storage/mount.ts";
import { draw, type ActionContext, type Result } from "../context/context.ts";
import { attempt, refused } from "../context/failure.ts";
import type { TransferScreen, TransferState } from "../model/screen.ts";
import type { FileView, TransferView } from "../model/session.ts";
import { slim } from "../context/folder-view.ts";
import { tagOf, withMount } from "../context/with-mount.ts";

/** How a file is to come. */
export interface SendOptions {
  /** As it is, where the platform would make something smaller of it to show. */
  readonly asFile?: boolean | undefined;
}

/** The file itself into this chat: what it is is asked anew, and what cannot come is said before anything is sent. */
export async function sendFile(context: ActionContext, file: FileView, { asFile }: SendOptions = {}): Promise<Result> {
  const { services, visit } = context;
  const { transfers } = services;
  const { uploadLimit: limit } = visit;
  if (!transfers || limit === undefined) return refused("no-sending-here");
  const state: TransferView = { at: "transfer", file, transfer: visit.update ?? services.newId(), asFile };
  const send = (mount: Mount) =>
    attempt(context, { mount, retry: state, back: { ...file, at: "file" } }, async () => {
      const { card, duration } = await cardOf(context, mount, state);
      if (await transfers.isKnown(state.transfer)) return refused("transfer-busy");
      const hopeless = whyNot(card, limit);
      if (hopeless) return { screen: { ...card, state: hopeless } };
      const { person, place } = visit;
      const prepared = await transfers.prepare({
        id: state.transfer,
        person: person.id,
        place: place.id,
        mount,
        card,
        duration,
        limit,
        asFile,
      });
      if (prepared === "busy") return refused("transfer-busy");
      if (prepared === "full") return refused("transfer-queue-full");
      return prepared;
    });
  return withMount(context, file.folder.mount, send, { for: "send", trail: file.folder.trail });
}

interface Carded {
  readonly card: Omit<TransferScreen, "state">;
  readonly duration?: number | undefined;
}

async function cardOf(context: ActionContext, mount: Mount, state: TransferView): Promise<Carded> {
  const { storage } = context.services;
  const { entry, variant } = state.file;
  const {
    variants = [],
    duration,
    ...details
  } = await storage.stat(mount.id, entry.id, {
    signal: context.signal,
    asker: context.person.id,
  });
  const total = variant ? await sizeOf(context, mount, entry.id, variant) : details.size;
  const view = await draw(context, { ...state, file: { ...state.file, entry: slim(details), variants } });
  return {
    card: {
      show: "transfer",
      view,
      mount: tagOf(mount),
      entry: details,
      variant,
      total,
    },
    duration,
  };
}

/** What the drive says of a rendition's size, which it often does not. */
async function sizeOf(
  { services: { storage }, person, signal }: ActionContext,
  mount: Mount,
  entry: string,
  variant: Variant,
): Promise<number | undefined> {
  const link = await storage.link(mount.id, entry, { prefer: variant.id, signal, asker: person.id });
  return link.kind === "empty" ? 0 : link.size;
}

/** What needs no try. */
function whyNot({ total }: Pick<TransferScreen, "total">, limit: number): TransferState | undefined {
  if (total === 0) return { is: "failed", code: "empty" };
  if (total !== undefined && total > limit) return { is: "failed", code: "too-large", limit };
  return undefined;
}
