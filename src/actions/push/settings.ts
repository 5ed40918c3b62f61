import type { Field, Values } from "../../storage/field.ts";
import { readForm, type Problem, type ProblemCode } from "../../storage/form.ts";
import { withPerson, goTo, type ActionContext, type Outcome, type Result } from "../context/context.ts";
import type { ButtonContext } from "../context/button-context.ts";
import { noticeWithWays, refused } from "../context/failure.ts";
import { formScreen } from "../context/form-screen.ts";
import type { PushFailure } from "../model/push-screen.ts";

const fields: readonly Field[] = [
  { name: "address", kind: "text", required: true, maxLength: 300 },
  { name: "secret", kind: "secret", role: "credential", required: false, maxLength: 200 },
];

/** Asks where the person's aria2 is. */
export async function askAria2(context: ActionContext): Promise<Result> {
  const { pushes } = context.services;
  if (!pushes) return refused("view-expired");
  const address = await pushes.addressOf(context.person.id);
  return aria2Form(context, address === undefined ? {} : { address });
}

function aria2Form(context: ActionContext, values: Values, problem?: Problem): Promise<Outcome> {
  return formScreen(context, { form: { id: "aria2" }, fields, again: { values, problem } });
}

/** Asks aria2 for its version, and keeps where it is when it answers. */
export async function submitAria2(context: ActionContext, answers: Values): Promise<Result> {
  const { services, person, signal } = context;
  const { pushes } = services;
  if (!pushes) return refused("view-expired");
  const reading = readForm(fields, answers);
  if (!reading.ok) return aria2Form(context, answers, reading.problem);
  const { secret } = reading.values;
  const address = addressIn(reading.values["address"] ?? "");
  if (address === undefined) return aria2Form(context, answers, { field: "address", code: "not-an-rpc-address" });
  const came = await pushes.connect(person.id, { address, secret }, { signal });
  if (came.is === "failed") {
    const problem = { field: came.failure === "unauthorized" ? "secret" : "address", code: problemOf(came.failure) };
    return aria2Form(context, { address }, problem);
  }
  services.log.info({ person: person.id }, "aria2 connected");
  const connected = await withPerson(context, { ...person, aria2: true });
  return noticeWithWays(connected, "aria2-connected", { level: "done", subject: `aria2 ${came.version}` });
}

/** `nas.example.com:6800` and `http://…/` mean its JSON-RPC path; undefined = it is no web address. */
function addressIn(typed: string): string | undefined {
  const text = typed.trim();
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (!url || !["http:", "https:"].includes(url.protocol) || url.hostname === "" || /\s/.test(text)) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  if (url.pathname === "/") url.pathname = "/jsonrpc";
  url.hash = "";
  return url.href;
}

function problemOf(failure: PushFailure): ProblemCode {
  switch (failure) {
    case "unauthorized":
      return "aria2-unauthorized";
    case "forbidden-address":
      return "aria2-forbidden";
    case "no-aria2":
      return "not-aria2";
    case "unreachable":
    case "not-set":
    case "nothing-to-push":
      return "aria2-unreachable";
  }
}

/** Keeps nothing of it any more. */
export async function dropAria2(context: ButtonContext): Promise<Result> {
  const { aria2: _left, ...person } = context.person;
  await context.services.pushes?.disconnect(person.id);
  return goTo(await withPerson(context, person), { at: "settings" });
}
