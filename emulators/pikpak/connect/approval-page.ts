import type { Account } from "../state.ts";

/** What a person is asked to agree to. */
interface Question {
  readonly app: string;
  readonly scope: string;
  /** Shown large, to compare with the other device; absent in the code flow. */
  readonly userCode?: string | undefined;
  readonly accounts: readonly Account[];
}

/** The page where a person chooses who they are, and approves or denies. It stands for PikPak's own, signed in. */
export function approvalPage({ app, scope, userCode, accounts }: Question): string {
  const options = accounts.map(({ userId, username }) => `<option value="${userId}">${escaped(username)}</option>`);
  const code = userCode === undefined ? "" : `<p>Code <output id="code">${escaped(userCode)}</output></p>`;
  return page(
    "Connect an app",
    `<p><strong>${escaped(app)}</strong> wants to use your PikPak${scope === "" ? "" : ` (${escaped(scope)})`}.</p>${code}
<form method="post"><label>Signed in as <select name="account">${options.join("")}</select></label>
<p><button name="decision" value="approve">Approve</button> <button name="decision" value="deny">Deny</button></p></form>`,
  );
}

/** Where a person types the code of another device. */
export function codePage(): string {
  return page(
    "Connect a device",
    `<form method="get"><label>Code <input name="user_code" autocomplete="off" required></label> <button>Go on</button></form>`,
  );
}

/** What happened. */
export function outcomePage(words: string): string {
  return page("PikPak", `<p role="status">${escaped(words)}</p>`);
}

function page(title: string, content: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:16px/1.5 system-ui;max-width:28rem;margin:3rem auto;padding:0 1rem}output{font:600 1.6rem monospace}button{font:inherit;padding:.4rem 1rem}</style>
<h1>${title}</h1>
${content}
</html>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
