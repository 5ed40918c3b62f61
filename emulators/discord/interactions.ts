import { callback, shapes } from "./bodies.ts";
import { modalProblems, numberOr, objects } from "./layout.ts";
import {
  createMessage,
  createThinking,
  deleteMessage,
  editMessage,
  messageIn,
  type Draft,
  type Upload,
} from "./messages.ts";
import { may, permission } from "./permissions.ts";
import { refusals, type Problem } from "./refusal.ts";
import { check, isObject } from "./schema.ts";
import { flag, permissionsIn, type Interaction, type Json, type Message, type State } from "./state.ts";

/** Life of an interaction, in ms: to acknowledge it, and of its token. */
export const toAcknowledge = 3000;
export const tokenLife = 15 * 60_000;
/** Follow-ups where the app is only a guest. */
const guestFollowUps = 5;

/** What a first response may be, by the kind of interaction. */
const fitting: Readonly<Record<Interaction["type"], readonly number[]>> = {
  2: [4, 5, 9],
  3: [4, 5, 6, 7, 9],
  4: [8],
  5: [4, 5],
};

interface Answered {
  readonly body: unknown;
  readonly uploads: readonly Upload[];
}

/** Takes the first response to an interaction; the answer is the message it made, if it made one. */
export function answerInteraction(
  state: State,
  { id, token }: { id: string; token: string },
  { body, uploads }: Answered,
): { interaction: Interaction; message?: Message } {
  const interaction = state.interactions.get(id);
  if (!interaction) throw refusals.unknownInteraction();
  if (interaction.token !== token) throw refusals.invalidToken();
  if (interaction.state === "failed") throw refusals.unknownInteraction();
  if (interaction.state === "answered") throw refusals.acknowledged();
  const checked = checkedCallback(interaction, body);
  const type = Number(checked["type"]);
  const draft: Draft = { body: isObject(checked["data"]) ? checked["data"] : {}, uploads, path: ["data"] };
  const message = respond(state, interaction, { type, draft });
  interaction.state = "answered";
  interaction.answer = type;
  state.changed();
  return { interaction, ...(message && { message }) };
}

function checkedCallback(interaction: Interaction, body: unknown): Json {
  const problems = check(shapes, callback, body);
  if (problems.length > 0 || !isObject(body)) throw refusals.invalidForm(problems);
  const type = Number(body["type"]);
  const possible = [...fitting[interaction.type], ...(interaction.type === 5 && interaction.source ? [6, 7] : [])];
  if (!possible.includes(type)) {
    const message = `Value must be one of {${possible.join(", ")}}.`;
    throw refusals.invalidForm([{ path: ["type"], code: "BASE_TYPE_CHOICES", message }]);
  }
  return body;
}

function respond(
  state: State,
  interaction: Interaction,
  { type, draft }: { type: number; draft: Draft },
): Message | undefined {
  switch (type) {
    case 4:
      interaction.original = reply(state, interaction, draft);
      return interaction.original;
    case 5:
      if ((numberOr(draft.body["flags"], 0) & ~flag.ephemeral) !== 0)
        state.complaints.push(
          "a deferral asked for more than to be ephemeral; other flags belong on the answer itself",
        );
      interaction.original = createThinking(state, { ...placeOf(state, interaction, draft.body) });
      return interaction.original;
    case 6:
      return (interaction.original = sourceOf(interaction));
    case 7: {
      const source = sourceOf(interaction);
      editMessage(state, source, draft);
      return (interaction.original = source);
    }
    case 8:
      interaction.choices = choicesOf(interaction, draft.body);
      return undefined;
    default:
      interaction.modal = modalOf(draft.body);
      return undefined;
  }
}

function sourceOf({ source }: Interaction): Message {
  if (!source || source.deleted) throw refusals.unknownMessage();
  return source;
}

function reply(state: State, interaction: Interaction, draft: Draft): Message {
  return createMessage(state, draft, placeOf(state, interaction, draft.body));
}

function placeOf(state: State, interaction: Interaction, body: Json) {
  const wanted = typeof body["flags"] === "number" && (body["flags"] & flag.ephemeral) !== 0;
  const { channel, user } = interaction;
  const alone = wanted || mustBeAlone(interaction);
  return { channel, author: state.bot, interaction, ...(alone && { onlyFor: user.id }) };
}

/** Through a person's own installation alone. */
function isGuest({ owners, channel }: Interaction): boolean {
  return channel.kind === "guild" && owners["0"] === undefined;
}

/** A guild can keep apps that people bring along from being seen. */
function mustBeAlone(interaction: Interaction): boolean {
  const granted = permissionsIn(interaction.channel, interaction.user.id);
  return isGuest(interaction) && !may(granted, permission.useExternalApps);
}

function modalOf(body: Json): Json {
  const problems = modalProblems(objects(body["components"]));
  if (problems.length > 0) throw refusals.invalidForm(problems.map((one) => ({ ...one, path: ["data", ...one.path] })));
  return body;
}

function choicesOf(interaction: Interaction, body: Json): readonly Json[] {
  const choices = objects(body["choices"]);
  const type = focusedType(interaction.data["options"]);
  const problems: Problem[] = choices.flatMap(({ value }, n) =>
    typeof value === (type === 3 ? "string" : "number")
      ? []
      : [
          {
            path: ["data", "choices", n, "value"],
            code: type === 3 ? "STRING_TYPE_CONVERT" : "NUMBER_TYPE_COERCE",
            message: "The value does not fit the type of the option",
          },
        ],
  );
  if (problems.length > 0) throw refusals.invalidForm(problems);
  return choices;
}

function focusedType(options: unknown): unknown {
  for (const option of objects(options)) {
    if (option["focused"] === true) return option["type"];
    const inside = focusedType(option["options"]);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/** The interaction behind a token that still opens its webhook. */
export function webhookOf(state: State, application: string, token: string): Interaction {
  const interaction = [...state.interactions.values()].find((candidate) => candidate.token === token);
  if (!interaction || application !== state.bot.id) throw refusals.unknownWebhook();
  if (state.clock.now() - interaction.at >= tokenLife) throw refusals.invalidToken();
  if (interaction.state !== "answered") throw refusals.unknownWebhook();
  return interaction;
}

/** Another message after the first response. */
export function followUp(state: State, interaction: Interaction, draft: Draft): Message {
  const { original } = interaction;
  // Documented as deprecated and alive: right after a deferral this fills the waiting message.
  if (interaction.answer === 5 && original && !original.deleted && (original.flags & flag.loading) !== 0) {
    editMessage(state, original, { ...draft, body: fillingOf(draft.body) });
    state.changed();
    return original;
  }
  if (isGuest(interaction) && interaction.followUps >= guestFollowUps) throw refusals.tooManyFollowUps();
  const message = reply(state, interaction, draft);
  interaction.followUps += 1;
  state.changed();
  return message;
}

/** What of a new message's body an edit takes. */
function fillingOf(body: Json): Json {
  const { tts: _tts, nonce: _nonce, enforce_nonce: _enforced, ...rest } = body;
  return rest;
}

/** A message of this webhook: `@original`, or by its id. */
export function webhookMessage(interaction: Interaction, id: string): Message {
  if (id === "@original") {
    const { original } = interaction;
    if (!original || original.deleted) throw refusals.unknownMessage();
    return original;
  }
  const message = messageIn(interaction.channel, id);
  // A token reaches what was made with it, and the message it came from.
  if (message.interaction !== interaction && message !== interaction.source) throw refusals.unknownMessage();
  return message;
}

/** Changes a message of this webhook. */
export function editWebhookMessage(state: State, message: Message, draft: Draft): Message {
  editMessage(state, message, draft);
  state.changed();
  return message;
}

/** Takes a message of this webhook away. */
export function deleteWebhookMessage(state: State, message: Message): void {
  deleteMessage(message);
  state.changed();
}
