import { expect, test } from "vitest";
import type { Interaction } from "../../../emulators/discord/state.ts";
import { call, openTestApp, type TestApp } from "./test-app.ts";

const v2 = 1 << 15;
const ephemeral = 64;

interface Desk extends TestApp {
  /** Answers an interaction as a bot without a library would. */
  answer(interaction: Interaction, body: unknown, query?: string): ReturnType<typeof call>;
  hook(interaction: Interaction, method: string, path: string, body?: unknown): ReturnType<typeof call>;
  /** The interaction somebody's interaction just sent. */
  newest(): Interaction;
}

/** The app with `/browse`, a message command, and nobody on the socket: tests answer by hand. */
async function openDesk(): Promise<Desk> {
  const app = await openTestApp();
  const { discord } = app;
  const id = discord.state.bot.id;
  discord.rules.rates = {};
  await call(app, "PUT", `/applications/${id}/commands`, [
    {
      name: "browse",
      description: "Look",
      integration_types: [0, 1],
      options: [{ type: 3, name: "path", description: "Where", autocomplete: true }],
    },
  ]);
  return {
    ...app,
    answer: (interaction, body, query = "") =>
      call(app, "POST", `/interactions/${interaction.id}/${interaction.token}/callback${query}`, body),
    hook: (interaction, method, path, body) => call(app, method, `/webhooks/${id}/${interaction.token}${path}`, body),
    newest: () => {
      const newest = [...discord.state.interactions.values()].at(-1);
      if (!newest) throw new Error("nothing was asked");
      return newest;
    },
  };
}

/** Mia uses /browse in the channel; the bot has yet to answer. */
function browse(desk: Desk): Interaction {
  void desk.mia.uses("/browse", { in: desk.general });
  return desk.newest();
}

const go = { type: 1, components: [{ type: 2, style: 1, label: "Go", custom_id: "go" }] };
const form = {
  type: 9,
  data: {
    custom_id: "form",
    title: "Share",
    components: [{ type: 18, label: "Code", component: { type: 4, custom_id: "code", style: 1 } }],
  },
};

/** Mia presses the button of a fresh message; the bot has yet to answer. */
async function press(desk: Desk, data: object = { content: "one", components: [go] }): Promise<Interaction> {
  await desk.answer(browse(desk), { type: 4, data });
  void desk.mia.presses("Go");
  return desk.newest();
}

test("an interaction wants its answer within three seconds", async () => {
  const desk = await openDesk();
  const asked = desk.mia.uses("/browse", { in: desk.general });
  const interaction = desk.newest();
  desk.clock.pass(2999);
  expect(interaction.state).toBe("open");
  desk.clock.pass(1);
  expect((await asked).state).toBe("failed");
  const late = await desk.answer(interaction, { type: 5 });
  expect([late.status, late.json]).toEqual([404, { message: "Unknown interaction", code: 10_062 }]);
});

test("an interaction is answered once", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  const first = await desk.answer(interaction, { type: 5 });
  expect([first.status, first.headers.get("content-type")]).toEqual([204, null]);
  const second = await desk.answer(interaction, { type: 4, data: { content: "x" } });
  expect([second.status, second.json["code"]]).toEqual([400, 40_060]);
});

test("a refused answer leaves room for a better one", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  const refused = await desk.answer(interaction, { type: 4, data: { content: "x".repeat(2001) } });
  expect(refused.json).toMatchObject({
    code: 50_035,
    errors: { data: { content: { _errors: [{ code: "BASE_TYPE_MAX_LENGTH" }] } } },
  });
  expect((await desk.answer(interaction, { type: 4, data: { content: "x" } })).status).toBe(204);
});

test("the webhook of an interaction opens with the first answer and closes after fifteen minutes", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  expect((await desk.hook(interaction, "POST", "", { content: "x" })).json).toMatchObject({ code: 10_015 });
  expect((await desk.hook(interaction, "PATCH", "/messages/@original", { content: "x" })).json).toMatchObject({
    code: 10_015,
  });
  await desk.answer(interaction, { type: 5 });
  desk.clock.pass(899_999);
  expect((await desk.hook(interaction, "PATCH", "/messages/@original", { content: "x" })).status).toBe(200);
  desk.clock.pass(1);
  const dead = await desk.hook(interaction, "PATCH", "/messages/@original", { content: "y" });
  expect([dead.status, dead.json]).toEqual([401, { message: "Invalid Webhook Token", code: 50_027 }]);
});

test("a wrong token or an unknown interaction opens nothing", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  const forged = await call(desk, "POST", `/interactions/${interaction.id}/nonsense/callback`, { type: 5 });
  expect([forged.status, forged.json["code"]]).toEqual([401, 50_027]);
  const unknown = await call(desk, "POST", `/interactions/1/${interaction.token}/callback`, { type: 5 });
  expect([unknown.status, unknown.json["code"]]).toEqual([404, 10_062]);
  const hook = await call(desk, "POST", `/webhooks/${desk.discord.state.bot.id}/nonsense`, { content: "x" });
  expect([hook.status, hook.json["code"]]).toEqual([404, 10_015]);
});

test.each([
  ["a pong", { type: 1 }],
  ["an update of no message", { type: 7, data: { content: "x" } }],
  ["a deferred update of no message", { type: 6 }],
  ["choices", { type: 8, data: { choices: [] } }],
  ["the old premium answer", { type: 10 }],
  ["an activity", { type: 12 }],
  ["an unknown answer", { type: 99 }],
  ["no type", {}],
])("a command is not answered with %s", async (_, body) => {
  const desk = await openDesk();
  const refused = await desk.answer(browse(desk), body);
  expect(refused.json).toMatchObject({ code: 50_035, errors: { type: { _errors: [expect.anything()] } } });
});

test("with_response shows the message that was made", async () => {
  const desk = await openDesk();
  const waiting = await desk.answer(browse(desk), { type: 5, data: { flags: ephemeral } }, "?with_response=true");
  expect(waiting.json).toMatchObject({
    interaction: { type: 2, response_message_loading: true, response_message_ephemeral: true },
    resource: { type: 5, message: { flags: 128 | ephemeral } },
  });
  const said = await desk.answer(browse(desk), { type: 4, data: { content: "x" } }, "?with_response=true");
  expect(said.json).toMatchObject({ resource: { type: 4, message: { content: "x", type: 20 } } });
});

test("an ephemeral answer is seen by the one who asked, and stays so whatever an edit says", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  await desk.answer(interaction, { type: 4, data: { content: "secret", flags: ephemeral } });
  await desk.hook(interaction, "PATCH", "/messages/@original", { content: "still secret", flags: 0 });
  expect(desk.mia.sees()).toContain("still secret");
  expect(desk.jun.sees({ in: desk.general })).toBe("");
  expect((await call(desk, "GET", `/channels/${desk.general.id}/messages`)).json).toEqual([]);
  desk.mia.reloads();
  expect(desk.mia.sees()).toBe("");
});

test("a message that was dismissed or deleted cannot be edited any more", async () => {
  const desk = await openDesk();
  const edit = async (interaction: Interaction) =>
    (await desk.hook(interaction, "PATCH", "/messages/@original", { content: "x" })).json["code"];
  const alone = browse(desk);
  await desk.answer(alone, { type: 4, data: { content: "secret", flags: ephemeral } });
  desk.mia.dismisses(await desk.mia.waitsFor("secret"));
  expect(await edit(alone)).toBe(10_008);
  const open = browse(desk);
  await desk.answer(open, { type: 4, data: { content: "public" } });
  const message = await desk.mia.waitsFor("public");
  expect(() => desk.jun.deletes(message)).toThrow("may not delete that");
  expect(() => desk.jun.dismisses(message)).toThrow("nobody else sees");
  desk.mia.deletes(message);
  expect(await edit(open)).toBe(10_008);
});

test("an open deferral does not become ephemeral by its edit", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  await desk.answer(interaction, { type: 5 });
  await desk.hook(interaction, "PATCH", "/messages/@original", { content: "public", flags: ephemeral });
  expect(desk.jun.sees({ in: desk.general })).toContain("public");
});

test("the original answer can be read, changed and taken away", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  await desk.answer(interaction, { type: 4, data: { content: "one" } });
  expect((await desk.hook(interaction, "GET", "/messages/@original")).json).toMatchObject({ content: "one" });
  expect((await desk.hook(interaction, "PATCH", "/messages/@original", { content: "two" })).json).toMatchObject({
    content: "two",
    edited_timestamp: expect.any(String),
  });
  expect((await desk.hook(interaction, "DELETE", "/messages/@original")).status).toBe(204);
  expect((await desk.hook(interaction, "GET", "/messages/@original")).json).toMatchObject({ code: 10_008 });
});

test("follow-ups can be sent, changed and taken away by their id", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  await desk.answer(interaction, { type: 4, data: { content: "one" } });
  const { json } = await desk.hook(interaction, "POST", "", { content: "two", flags: ephemeral });
  const path = `/messages/${String(json["id"])}`;
  expect(json).toMatchObject({ flags: ephemeral });
  expect((await desk.hook(interaction, "PATCH", path, { content: "three" })).status).toBe(200);
  expect(desk.mia.sees()).toContain("three");
  expect((await desk.hook(interaction, "DELETE", path)).status).toBe(204);
  expect(desk.mia.sees()).not.toContain("three");
});

test("a follow-up right after a deferral fills the waiting message", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  await desk.answer(interaction, { type: 5, data: { flags: ephemeral } });
  await desk.hook(interaction, "POST", "", { content: "here" });
  expect(desk.mia.sees()).toBe("ChatDrive (APP, only you):\n  here");
});

test("a token of an interaction reaches only what was made with it", async () => {
  const desk = await openDesk();
  const first = browse(desk);
  await desk.answer(first, { type: 4, data: { content: "one" } });
  const second = browse(desk);
  await desk.answer(second, { type: 4, data: { content: "two" } });
  const stolen = await desk.hook(second, "PATCH", `/messages/${String(first.original?.id)}`, { content: "x" });
  expect(stolen.json).toMatchObject({ code: 10_008 });
});

test("a button updates its own message, at once or after a deferral", async () => {
  const desk = await openDesk();
  const pressed = await press(desk);
  await desk.answer(pressed, { type: 7, data: { content: "two" } });
  expect(desk.mia.sees()).toBe("ChatDrive (APP, edited):\n  two\n  [Go]");
  void desk.mia.presses("Go");
  const again = desk.newest();
  await desk.answer(again, { type: 6 });
  await desk.hook(again, "PATCH", "/messages/@original", { content: "three", components: [] });
  expect(desk.mia.sees()).toBe("ChatDrive (APP, edited):\n  three");
});

test("a button can be answered with a message of its own, and the old one stays", async () => {
  const desk = await openDesk();
  const pressed = await press(desk);
  await desk.answer(pressed, { type: 5, data: { flags: ephemeral } });
  await desk.hook(pressed, "PATCH", "/messages/@original", { content: "for you" });
  expect(desk.mia.sees()).toContain("one");
  expect(desk.mia.sees()).toContain("for you");
});

test("a form is a first answer, never one to a form", async () => {
  const desk = await openDesk();
  const pressed = await press(desk);
  expect((await desk.answer(pressed, form)).status).toBe(204);
  expect(desk.mia.modal()).toMatchObject({ title: "Share" });
  void desk.mia.fills({ code: "zq47" });
  const submitted = desk.newest();
  expect(submitted.data).toEqual({
    custom_id: "form",
    components: [{ type: 18, id: 1, component: { type: 4, id: 0, custom_id: "code", value: "zq47" } }],
  });
  expect((await desk.answer(submitted, form)).json).toMatchObject({ code: 50_035 });
  // It came from a message, so that may be updated.
  expect((await desk.answer(submitted, { type: 7, data: { content: "done" } })).status).toBe(204);
  expect(desk.mia.sees()).toContain("done");
});

test("after a deferral no form can be shown", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  await desk.answer(interaction, { type: 5 });
  expect((await desk.answer(interaction, form)).json).toMatchObject({ code: 40_060 });
});

test("a form of a command has no message to update", async () => {
  const desk = await openDesk();
  await desk.answer(browse(desk), form);
  void desk.mia.fills({ Code: "x" });
  expect((await desk.answer(desk.newest(), { type: 6 })).json).toMatchObject({ code: 50_035 });
});

const label = (n: number) => ({ type: 18, label: `F${n}`, component: { type: 4, custom_id: `f${n}`, style: 1 } });
test.each<[string, object]>([
  ["six parts", { components: [1, 2, 3, 4, 5, 6].map(label) }],
  ["no parts", { components: [] }],
  ["nothing to fill in", { components: [{ type: 10, content: "hello" }] }],
  ["a long title", { title: "x".repeat(46) }],
  ["no id", { custom_id: "" }],
  ["a long label", { components: [{ ...label(1), label: "x".repeat(46) }] }],
  ["a long description", { components: [{ ...label(1), description: "x".repeat(101) }] }],
  ["two fields of one id", { components: [label(1), label(1)] }],
  ["a label inside a label", { components: [{ ...label(1), component: { ...label(1).component, label: "x" } }] }],
  ["an input without label", { components: [{ type: 1, components: [label(1).component] }] }],
  ["a button", { components: [go] }],
  [
    "too long a value",
    { components: [{ ...label(1), component: { ...label(1).component, value: "x".repeat(4001) } }] },
  ],
  [
    "a value beyond its own length",
    { components: [{ ...label(1), component: { ...label(1).component, max_length: 1, value: "xx" } }] },
  ],
  ["a text of over 4000", { components: [label(1), { type: 10, content: "x".repeat(4001) }] }],
])("a form with %s is refused", async (_, more) => {
  const desk = await openDesk();
  const refused = await desk.answer(browse(desk), { type: 9, data: { ...form.data, ...more } });
  expect([refused.status, refused.json["code"]]).toEqual([400, 50_035]);
});

test("a client lets nobody submit what the form does not allow", async () => {
  const desk = await openDesk();
  const strict = {
    type: 18,
    label: "Code",
    component: { type: 4, custom_id: "code", style: 1, min_length: 4, max_length: 4 },
  };
  await desk.answer(browse(desk), { type: 9, data: { ...form.data, components: [strict] } });
  await expect(desk.mia.fills({})).rejects.toThrow("wants code");
  await expect(desk.mia.fills({ Code: "12345" })).rejects.toThrow("4 to 4 characters");
  await expect(desk.mia.fills({ Name: "x" })).rejects.toThrow("asks for Code");
  desk.mia.dismisses();
  await expect(desk.mia.fills({ Code: "1234" })).rejects.toThrow("no form open");
});

test("choices of a command are offered at once or not at all", async () => {
  const desk = await openDesk();
  const typing = desk.mia.types("/browse path:/Mo", { in: desk.general });
  const asked = desk.newest();
  expect(asked.data["options"]).toEqual([{ name: "path", type: 3, value: "/Mo", focused: true }]);
  for (const body of [{ type: 5 }, { type: 4, data: { content: "x" } }, form])
    expect((await desk.answer(asked, body)).json).toMatchObject({ code: 50_035 });
  const wrong = await desk.answer(asked, { type: 8, data: { choices: [{ name: "one", value: 1 }] } });
  expect(wrong.json).toMatchObject({
    errors: { data: { choices: { 0: { value: { _errors: [{ code: "STRING_TYPE_CONVERT" }] } } } } },
  });
  const many = Array.from({ length: 26 }, (_, n) => ({ name: `${n}`, value: `${n}` }));
  expect((await desk.answer(asked, { type: 8, data: { choices: many } })).json).toMatchObject({ code: 50_035 });
  await desk.answer(asked, { type: 8, data: { choices: [{ name: "Movies", value: "/Movies" }] } });
  expect(await typing).toEqual([{ name: "Movies", value: "/Movies" }]);
});

test("an app that is only a guest follows up five times, and is kept private if the guild wants so", async () => {
  const desk = await openDesk();
  desk.discord.leaves(desk.guild, "bot");
  desk.jun.installs();
  const ask = async () => {
    void desk.jun.uses("/browse", { in: desk.general });
    const interaction = desk.newest();
    await desk.answer(interaction, { type: 4, data: { content: "hello" } });
    return interaction;
  };
  const open = await ask();
  expect(open.owners).toEqual({ 1: "1002" });
  expect(desk.mia.sees({ in: desk.general })).toContain("hello");
  for (let n = 0; n < 5; n++) expect((await desk.hook(open, "POST", "", { content: `${n}` })).status).toBe(200);
  expect((await desk.hook(open, "POST", "", { content: "6" })).status).toBe(400);
  desk.discord.denies(desk.general, desk.jun, 1n << 50n);
  expect((await ask()).original?.onlyFor).toBe("1002");
});

test("a bot that is not connected is a failure and no complaint; the silence of one that heard is", async () => {
  const desk = await openDesk();
  browse(desk);
  desk.clock.pass(3000);
  expect(desk.discord.complaints).toEqual([]);
});

test("new components come with their flag on the answer, not on the deferral", async () => {
  const desk = await openDesk();
  const interaction = browse(desk);
  await desk.answer(interaction, { type: 5, data: { flags: v2 } });
  expect(desk.discord.complaints).toHaveLength(1);
  const components = [{ type: 10, content: "x" }];
  expect((await desk.hook(interaction, "PATCH", "/messages/@original", { components })).json).toMatchObject({
    code: 50_035,
  });
  expect((await desk.hook(interaction, "PATCH", "/messages/@original", { components, flags: v2 })).status).toBe(200);
});
