import type { Field, Values } from "../../storage/field.ts";
import { readForm, type ProblemCode } from "../../storage/form.ts";
import { forgotten, type ButtonContext } from "../context/button-context.ts";
import { findSession, goTo, type ActionContext, type Result } from "../context/context.ts";
import { refused } from "../context/failure.ts";
import { folderView } from "../context/folder-view.ts";
import { formScreen, type Again } from "../context/form-screen.ts";
import type { FollowedFeed } from "../model/follow.ts";
import { onFollow } from "./manage.ts";
import { maxPattern, readPattern } from "./pattern.ts";
import { isManaged } from "./view.ts";

type FeedForm = "feed-words" | "feed-pattern";

/** What is left out means that there is none. */
const text = (name: string, maxLength: number): Field => ({ name, kind: "text", required: false, maxLength });

const fields: Readonly<Record<FeedForm, readonly Field[]>> = {
  "feed-words": [text("include", 200), text("exclude", 200)],
  "feed-pattern": [text("pattern", maxPattern)],
};

/** Asks for what a feed's card can change. */
export function askFeed(context: ButtonContext, id: FeedForm): Promise<Result> | Result {
  return context.shown?.state.at === "follow" ? form(context, id, context.session.id) : forgotten(context);
}

function form(context: ActionContext, id: FeedForm, session: string, again: Again = {}): Promise<Result> {
  return formScreen(context, { form: { id, subject: session }, fields: fields[id], again });
}

interface Submitted {
  readonly id: FeedForm;
  readonly subject: string | undefined;
  readonly answers: Values;
}

interface Editing {
  readonly context: ActionContext;
  readonly feed: FollowedFeed;
  readonly values: Values;
  change(change: Partial<FollowedFeed>): Promise<Result>;
  wrong(field: string, code: ProblemCode): Promise<Result>;
}

/** Takes the answers for the feed whose card the form was opened from. */
async function edit(
  asked: ActionContext,
  { id, subject, answers }: Submitted,
  work: (editing: Editing) => Promise<Result> | Result,
): Promise<Result> {
  const session = subject === undefined ? undefined : await findSession(asked.services, { id: subject, revision: 0 });
  const state = session?.state;
  if (!session || session.owner !== asked.person.id || state?.at !== "follow") return refused("view-expired");
  const context: ActionContext = { ...asked, session };
  const { follows } = asked.services;
  const follow = await follows?.find(state.follow);
  if (!follows || follow?.about.is !== "feed" || !isManaged(context, follow))
    return goTo(context, { at: "follows", page: 1 });
  const wrong = (field: string, code: ProblemCode) => form(asked, id, session.id, { problem: { field, code } });
  const reading = readForm(fields[id], answers);
  if (!reading.ok) return wrong(reading.problem.field, reading.problem.code);
  const change = async (made: Partial<FollowedFeed>) => {
    await follows.change(follow.id, (current) =>
      current.about.is === "feed" ? { ...current, about: { ...current.about, ...made } } : current,
    );
    return goTo(context, { at: "follow", follow: follow.id, folder: state.folder });
  };
  return work({ context, feed: follow.about, values: reading.values, change, wrong });
}

/** Which entries are fetched. */
export function submitWords(asked: ActionContext, subject: string | undefined, answers: Values): Promise<Result> {
  return edit(asked, { id: "feed-words", subject, answers }, ({ values: { include = "", exclude = "" }, change }) =>
    change({ wanted: { include: include.trim(), exclude: exclude.trim() } }),
  );
}

/** What they are called. */
export function submitPattern(asked: ActionContext, subject: string | undefined, answers: Values): Promise<Result> {
  return edit(asked, { id: "feed-pattern", subject, answers }, ({ values: { pattern = "" }, change, wrong }) => {
    const typed = pattern.trim();
    return typed === "" || readPattern(typed) ? change({ pattern: typed }) : wrong("pattern", "not-a-pattern");
  });
}

/** Asks for the folder they go into: looking begins in the one they go into now. */
export function askFeedFolder(context: ButtonContext): Promise<Result> {
  return onFollow(context, ({ follow: { id, about }, folder }) => {
    if (about.is !== "feed") return forgotten(context);
    const start = folderView(context, about.mount, about.trail);
    const of = { at: "follow", follow: id, folder } as const;
    return goTo(context, { at: "target", carrying: "fetch", of, folder: start, first: true });
  });
}
