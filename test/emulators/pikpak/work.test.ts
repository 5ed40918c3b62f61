import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../../emulators/pikpak/node.ts";
import { device, password, rawClient, type Answer, type RawClient } from "./client.ts";

let at: RawClient;
let folder: Node;
let file: Node;
beforeEach(async () => {
  at = await rawClient();
  folder = at.pikpak.build.folder(at.mia, undefined, "F");
  file = at.pikpak.build.file(at.mia, undefined, { name: "a.txt", size: 10 });
});
afterEach(() => at.pikpak.close());

const post = (path: string, body: object): Promise<Answer> => at.drive("POST", path, { body });
const batch = (verb: string, ids: readonly string[], parent?: string) =>
  post(`/drive/v1/files:${verb}`, { ids, ...(parent !== undefined && { to: { parent_id: parent } }) });
const names = async (parent: string) => {
  const filter = encodeURIComponent(JSON.stringify({ trashed: { eq: false }, phase: { eq: "PHASE_TYPE_COMPLETE" } }));
  const { body } = await at.drive("GET", `/drive/v1/files?parent_id=${parent}&filters=${filter}`);
  return (body["files"] as { name: string }[]).map((one) => one.name);
};
const phaseOf = async (answer: Answer) =>
  (await at.drive("GET", `/drive/v1/tasks/${String(answer.body["task_id"] ?? answer.body["restore_task_id"])}`)).body[
    "phase"
  ];

describe("folders and names", () => {
  test("a folder is made, and numbered where its name is taken", async () => {
    const made = await post("/drive/v1/files", { kind: "drive#folder", parent_id: "", name: "F" });
    expect(made.body).toMatchObject({ file: { kind: "drive#folder", name: "F(1)", parent_id: "" }, task: null });
    expect((await post("/drive/v1/files", { kind: "drive#folder", parent_id: "VOnowhere", name: "x" })).status).toBe(
      404,
    );
  });

  test("a rename is refused where the name is taken, the same, empty, or the file under way", async () => {
    at.pikpak.build.file(at.mia, undefined, { name: "b.txt", size: 1 });
    const rename = (name: string) => at.drive("PATCH", `/drive/v1/files/${file.id}`, { body: { name } });
    expect((await rename("b.txt")).body).toMatchObject({ error: "file_duplicated_name", error_code: 3 });
    expect((await rename("a.txt")).body).toMatchObject({ error: "file_rename_to_same_name", error_code: 3 });
    expect((await rename("")).body["error"]).toBe("file_name_empty");
    at.pikpak.rules.workTakes = 2000;
    await batch("batchMove", [file.id], folder.id);
    expect((await rename("c.txt")).body).toMatchObject({ error: "file_rename_uncompleted", error_code: 9 });
    at.advance(2000);
    expect((await rename("c.txt")).body).toMatchObject({ name: "c.txt", parent_id: folder.id });
  });
});

describe("moving, copying and the trash", () => {
  test("a move takes effect when its task is done", async () => {
    at.pikpak.rules.workTakes = 1000;
    const move = await batch("batchMove", [file.id], folder.id);
    expect(await phaseOf(move)).toBe("PHASE_TYPE_RUNNING");
    expect(await names(folder.id)).toEqual([]);
    at.advance(1000);
    expect(await phaseOf(move)).toBe("PHASE_TYPE_COMPLETE");
    expect(await names(folder.id)).toEqual(["a.txt"]);
  });

  test("copying and moving number a name that is taken", async () => {
    at.pikpak.build.file(at.mia, folder, { name: "a.txt", size: 1 });
    await batch("batchCopy", [file.id], folder.id);
    await batch("batchMove", [file.id], folder.id);
    expect(await names(folder.id)).toEqual(["a.txt", "a(1).txt", "a(2).txt"]);
    expect(at.mia.quota.usage).toBe(21);
  });

  test("a folder is copied with all that is in it", async () => {
    at.pikpak.build.file(at.mia, folder, { name: "deep.txt", bytes: Buffer.from("deep") });
    const target = at.pikpak.build.folder(at.mia, undefined, "G");
    await batch("batchCopy", [folder.id], target.id);
    const [copy] = at.pikpak.state.nodes.children(at.mia.userId, target.id);
    expect(await names(copy?.id ?? "")).toEqual(["deep.txt"]);
  });

  test.each(["batchMove", "batchCopy"])("%s into the same folder, or into itself, is refused", async (verb) => {
    const inner = at.pikpak.build.folder(at.mia, folder, "inner");
    const refused = { error: "file_move_or_copy_to_cur", error_code: 9 };
    expect((await batch(verb, [file.id], "")).body).toMatchObject(refused);
    expect((await batch(verb, [folder.id], inner.id)).body).toMatchObject(refused);
    expect((await batch(verb, [file.id])).body).toMatchObject({ error: "invalid_argument" });
  });

  test("from the trash a file goes back to its folder, or to the root where that is gone", async () => {
    const inside = at.pikpak.build.file(at.mia, folder, { name: "in.txt", size: 5 });
    await batch("batchTrash", [inside.id]);
    expect(at.mia.quota).toMatchObject({ usage: 15, trashed: 5 });
    await batch("batchUntrash", [inside.id]);
    expect(await names(folder.id)).toEqual(["in.txt"]);
    await batch("batchTrash", [inside.id, folder.id]);
    await batch("batchUntrash", [inside.id]);
    expect(await names("")).toEqual(["a.txt", "in.txt"]);
  });

  test("a file deleted by batch, alone or by emptying the trash is gone for ever", async () => {
    const [one, two, three] = [1, 2, 3].map((n) => at.pikpak.build.file(at.mia, undefined, { name: `${n}`, size: n }));
    await batch("batchDelete", [one?.id ?? ""]);
    const alone = await at.drive("DELETE", `/drive/v1/files/${two?.id ?? ""}`);
    expect([alone.status, alone.text]).toEqual([200, ""]);
    await batch("batchTrash", [three?.id ?? ""]);
    expect((await at.drive("PATCH", "/drive/v1/files/trash:empty")).body["task_id"]).toBeTypeOf("string");
    for (const gone of [one, two, three])
      expect((await at.drive("GET", `/drive/v1/files/${gone?.id ?? ""}`)).status).toBe(404);
    expect(at.mia.quota).toMatchObject({ usage: 10, trashed: 0 });
  });

  test("a trashed folder takes everything below it along: hidden, counted as trash, and gone when that is emptied", async () => {
    const inner = at.pikpak.build.folder(at.mia, folder, "inner");
    const deep = at.pikpak.build.file(at.mia, inner, { name: "deep.txt", size: 7 });
    at.pikpak.build.file(at.mia, undefined, { name: "old.txt", size: 3, trashed: true });
    expect(at.mia.quota).toMatchObject({ usage: 20, trashed: 3 });
    await batch("batchTrash", [folder.id]);
    // The trash frees no space.
    expect(at.mia.quota).toMatchObject({ usage: 20, trashed: 10 });
    expect([await names(folder.id), await names(inner.id), await names("*")]).toEqual([[], [], ["a.txt"]]);
    expect((await at.drive("GET", `/drive/v1/files/${deep.id}`)).body["error"]).toBe("file_in_recycle_bin");
    expect((await batch("batchMove", [deep.id], "")).body["error"]).toBe("file_in_recycle_bin");
    expect((await post("/drive/v1/files", { kind: "drive#folder", parent_id: inner.id, name: "x" })).status).toBe(404);
    const trash = encodeURIComponent(JSON.stringify({ trashed: { eq: true } }));
    const { body } = await at.drive("GET", `/drive/v1/files?parent_id=*&filters=${trash}`);
    expect((body["files"] as { name: string }[]).map(({ name }) => name)).toEqual(["F", "old.txt"]);
    await at.drive("PATCH", "/drive/v1/files/trash:empty");
    expect(at.mia.quota).toMatchObject({ usage: 10, trashed: 0 });
    expect((await at.drive("GET", `/drive/v1/files/${deep.id}`)).status).toBe(404);
  });

  test("deleting a folder for ever frees all it held, and a copy of one has to fit with all it holds", async () => {
    at.pikpak.build.file(at.mia, folder, { name: "deep.txt", size: 7 });
    const target = at.pikpak.build.folder(at.mia, undefined, "G");
    at.mia.quota.limit = 20;
    expect((await batch("batchCopy", [folder.id], target.id)).body["error"]).toBe("file_space_not_enough");
    await batch("batchDelete", [folder.id]);
    expect(at.mia.quota).toMatchObject({ usage: 10, trashed: 0 });
  });

  test("a share of a trashed folder is empty, and nothing in it is read", async () => {
    const deep = at.pikpak.build.file(at.mia, folder, { name: "deep.txt", size: 7 });
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [folder] });
    await batch("batchTrash", [folder.id]);
    const read = async (path: string) => (await at.drive("GET", `/drive/v1/share${path}share_id=${id}`)).body;
    expect(await read("?")).toMatchObject({ files: [] });
    expect(await read(`/detail?parent_id=${folder.id}&`)).toMatchObject({ files: [] });
    expect(await read(`/file_info?file_id=${deep.id}&`)).toMatchObject({ share_status: "NOT_FOUND" });
  });

  test("a batch of 200 ids is taken, one of more is not, and one of none is an error", async () => {
    const ids = Array.from(
      { length: 201 },
      (_, n) => at.pikpak.build.file(at.mia, undefined, { name: `${n}`, size: 1 }).id,
    );
    expect((await batch("batchTrash", ids)).body).toMatchObject({
      error: "operating_file_count_exceeded",
      error_code: 11,
    });
    expect((await batch("batchTrash", ids.slice(1))).status).toBe(200);
    at.pikpak.rules.batchLimit = 500;
    expect((await batch("batchTrash", ids)).status).toBe(200);
    expect((await batch("batchTrash", [])).status).toBe(400);
    expect((await batch("batchNonsense", ids)).status).toBe(404);
  });
});

describe("offline downloads", () => {
  const magnet = "magnet:?xt=urn:btih:0123&dn=Some+Film.mkv";
  const begin = (url: string, more: object = {}) =>
    post("/drive/v1/files", {
      kind: "drive#file",
      upload_type: "UPLOAD_TYPE_URL",
      url: { url },
      folder_type: "DOWNLOAD",
      ...more,
    });
  const tasks = async (query = "") => {
    const { body } = await at.drive("GET", `/drive/v1/tasks?type=offline&limit=10000${query}`);
    return { tasks: body["tasks"] as Record<string, unknown>[], wait: body["expires_in"] };
  };

  test("an offline download progresses with time and ends in My Pack", async () => {
    await begin(magnet);
    expect(await tasks()).toMatchObject({
      tasks: [{ phase: "PHASE_TYPE_RUNNING", progress: 0, message: "Saving" }],
      wait: 3,
    });
    at.advance(2500);
    expect(await tasks()).toMatchObject({ tasks: [{ progress: 50 }] });
    at.advance(2500);
    expect(await tasks()).toMatchObject({
      tasks: [{ phase: "PHASE_TYPE_COMPLETE", progress: 100, message: "Saved" }],
      wait: 10,
    });
    const [pack] = at.pikpak.state.nodes.children(at.mia.userId, "").filter((node) => node.folderType === "DOWNLOAD");
    expect(await names(pack?.id ?? "")).toEqual(["Some Film.mkv"]);
    const [task] = (await tasks()).tasks;
    expect((await at.drive("GET", `/drive/v1/files/${String(task?.["file_id"])}`)).text).toContain("/download/?");
  });

  test("an offline download goes to the folder it names, and the same running address is the same task", async () => {
    await begin("https://example.com/files/a.zip", { parent_id: folder.id, folder_type: "" });
    await begin("https://example.com/files/a.zip", { parent_id: folder.id, folder_type: "" });
    expect((await tasks()).tasks).toHaveLength(1);
    at.advance(5000);
    expect(await names(folder.id)).toEqual(["a.zip"]);
    expect((await begin(magnet, { parent_id: "VOnowhere" })).body["error"]).toBe("space_folder_not_exist");
  });

  test("a failed offline download is filtered by phase, told in Chinese, not retried, and deleted", async () => {
    at.pikpak.rules.offlineFails = true;
    await begin(magnet);
    at.advance(5000);
    const failed = encodeURIComponent(JSON.stringify({ phase: { in: "PHASE_TYPE_RUNNING,PHASE_TYPE_ERROR" } }));
    const zh = await at.drive("GET", `/drive/v1/tasks?type=offline&filters=${failed}`, {
      headers: { "accept-language": "zh-CN" },
    });
    expect(zh.body).toMatchObject({ tasks: [{ phase: "PHASE_TYPE_ERROR", message: "保存失败，请重试" }] });
    const id = String((zh.body["tasks"] as { id: string }[])[0]?.id);
    expect((await post("/drive/v1/task", { type: "offline", create_type: "RETRY", id })).status).toBe(400);
    expect((await at.drive("GET", `/drive/v1/task/${id}/statuses`)).body).toMatchObject({
      statuses: [{ phase: "PHASE_TYPE_ERROR" }],
    });
    await at.drive("DELETE", `/drive/v1/tasks?task_ids=${id},x&delete_files=true`);
    expect((await tasks()).tasks).toEqual([]);
    expect((await at.drive("GET", `/drive/v1/tasks/${id}`)).status).toBe(404);
  });

  test.each([
    ["a limit a day", { offlineLimit: 0 }, "task_daily_create_limit_vip", 11],
    ["a limit at once", { offlineAtOnce: 0 }, "task_run_nums_limit", 11],
  ])("offline downloads have %s", async (_what, rules, error, code) => {
    Object.assign(at.pikpak.rules, rules);
    expect((await begin(magnet)).body).toMatchObject({ error, error_code: code });
  });

  test("an offline download needs room, and an address of a known kind", async () => {
    expect((await begin("ftp://example.com/a")).body["error"]).toBe("task_url_unsupported");
    at.mia.quota.limit = 10;
    expect((await begin(magnet)).body).toMatchObject({ error: "file_space_not_enough", error_code: 8 });
  });

  test("an offline download numbers a taken name, and its link may be of four kinds", async () => {
    const links = [
      "https://example.com/a.zip",
      "magnet:?dn=a.zip&xt=urn%3Abtih%3A0123",
      "ed2k://|file|a.zip|1234|0123456789abcdef0123456789abcdef|/",
      `PikPak://a.zip|99|${"A".repeat(40)}`,
    ];
    for (const link of links) expect((await begin(link, { parent_id: folder.id, folder_type: "" })).status).toBe(200);
    at.advance(5000);
    expect(await names(folder.id)).toEqual(["a.zip", "a(1).zip", "a(2).zip", "a(3).zip"]);
    expect(at.mia.transferred.offline).toBe(at.mia.quota.usage - file.size);
  });

  test("a finished offline download whose file was deleted says so", async () => {
    await begin(magnet);
    at.advance(5000);
    const [task] = (await tasks()).tasks;
    await batch("batchDelete", [String(task?.["file_id"])]);
    expect(await tasks()).toMatchObject({ tasks: [{ phase: "PHASE_TYPE_COMPLETE", message: "File deleted" }] });
  });

  test("finished tasks are cleared away, and running ones stay", async () => {
    await begin(magnet);
    at.advance(5000);
    await begin(`${magnet}&x=2`);
    await post("/drive/v1/tasks:clear", {});
    expect((await tasks()).tasks).toHaveLength(1);
  });
});

describe("shares of one's own, and other people's", () => {
  test("a share is made, listed, read with its code and deleted", async () => {
    const made = await post("/drive/v1/share", {
      file_ids: [file.id],
      share_to: "encryptedlink",
      expiration_days: 7,
      pass_code_option: "REQUIRED",
    });
    const { share_id: id, pass_code: code } = made.body as { share_id: string; pass_code: string };
    expect(made.body["share_url"]).toBe(`https://mypikpak.com/s/${id}`);
    expect(code).toMatch(/^[a-z0-9]{4}$/);
    const read = (passCode: string) => at.drive("GET", `/drive/v1/share?share_id=${id}&pass_code=${passCode}`);
    expect((await read("")).body["share_status"]).toBe("PASS_CODE_EMPTY");
    expect((await read("nope")).body["share_status"]).toBe("PASS_CODE_ERROR");
    expect((await read(code)).body).toMatchObject({
      share_status: "OK",
      expiration_left: "7",
      files: [{ name: "a.txt" }],
    });
    const page = await at.drive("GET", "/drive/v1/share/list?limit=100");
    expect(page.body).toMatchObject({ data: [{ share_id: id, pass_code: code, expiration_days: "7", file_num: "1" }] });
    // Recorded: the last page has a token as well; the page behind it is empty.
    const behind = await at.drive("GET", `/drive/v1/share/list?page_token=${String(page.body["next_page_token"])}`);
    expect(behind.body).toEqual({ data: [], next_page_token: "" });
    await post("/drive/v1/share:batchDelete", { ids: [id] });
    expect((await read(code)).body["share_status"]).toBe("DELETED");
  });

  test("a share runs out", async () => {
    const made = await post("/drive/v1/share", {
      file_ids: [file.id],
      share_to: "publiclink",
      expiration_days: 1,
      pass_code_option: "NOT_REQUIRED",
    });
    at.pikpak.rules.shareCaptcha = false;
    at.advance(25 * 3_600_000);
    const url = `${at.pikpak.driveUrl}/drive/v1/share?share_id=${String(made.body["share_id"])}`;
    expect((await at.send("GET", url, { headers: device })).body["share_status"]).toBe("EXPIRED");
  });

  test("a share is restored into the caller's drive", async () => {
    const jo = at.pikpak.build.account({ username: "jo", password });
    const theirs = at.pikpak.build.file(jo, undefined, { name: "jo.txt", size: 3 });
    const { id } = at.pikpak.build.share(jo, { title: "t", nodes: [theirs] });
    at.pikpak.rules.workTakes = 500;
    const restore = (more: object) => post("/drive/v1/share/restore", { share_id: id, file_ids: [theirs.id], ...more });
    const begun = await restore({ parent_id: folder.id, specify_parent_id: true, ancestor_ids: [] });
    expect(begun.body).toMatchObject({ share_status: "OK", restore_status: "RESTORE_START" });
    at.advance(500);
    expect(await phaseOf(begun)).toBe("PHASE_TYPE_COMPLETE");
    expect(await names(folder.id)).toEqual(["jo.txt"]);
    const task = await at.drive("GET", `/drive/v1/tasks/${String(begun.body["restore_task_id"])}`);
    const { trace_file_ids: traced } = task.body["params"] as { trace_file_ids: string };
    const restored = at.pikpak.state.nodes.children(at.mia.userId, folder.id)[0]?.id;
    expect(JSON.parse(traced)).toEqual({ [theirs.id]: restored });
    await restore({});
    at.advance(500);
    const pack = at.pikpak.state.nodes.children(at.mia.userId, "").find((node) => node.folderType === "RESTORE");
    expect(pack?.name).toBe("Pack From Shared");
    at.mia.quota.limit = 1;
    expect((await restore({})).body["error"]).toBe("file_space_not_enough");
  });

  test("a restore may name the folder it landed in instead of the files, which in Chinese is 转存自分享", async () => {
    const jo = at.pikpak.build.account({ username: "jo", password });
    const theirs = at.pikpak.build.file(jo, undefined, { name: "jo.txt", size: 3 });
    const { id } = at.pikpak.build.share(jo, { title: "t", nodes: [theirs] });
    Object.assign(at.pikpak.rules, { restoreNamesFolder: true, restoreTraces: false });
    const headers = { "accept-language": "zh-CN" };
    const begun = await at.drive("POST", "/drive/v1/share/restore", { headers, body: { share_id: id, file_ids: [] } });
    const { body } = await at.drive("GET", `/drive/v1/tasks/${String(begun.body["restore_task_id"])}`);
    expect([at.pikpak.state.nodes.get(String(body["file_id"]))?.name, body["params"]]).toEqual(["转存自分享", {}]);
  });

  test("one's own share is not restored", async () => {
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [file] });
    expect((await post("/drive/v1/share/restore", { share_id: id, file_ids: [file.id] })).body).toMatchObject({
      error: "file_restore_own",
      error_code: 9,
    });
  });

  test("anonymous readers of a share need a client id and a captcha token, unless the rule says so; parent_id is ignored", async () => {
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [folder] });
    const url = `${at.pikpak.driveUrl}/drive/v1/share?share_id=${id}&parent_id=VOwhatever`;
    const headers = { "x-device-id": "be7bad09dbf40fe22b56e9ce8f85c4e7" };
    expect((await at.send("GET", url, { headers })).body).toMatchObject({
      error_code: 9,
      error_details: [{ detail: "client_id not match" }],
    });
    const known = { ...headers, "x-client-id": "YUMx5nI8ZU8Ap8pm" };
    expect((await at.send("GET", url, { headers: known })).body).toEqual({ detail: "captcha_token is empty" });
    // The token beside a challenge nobody solved reads shares, and nothing else; a rule forbids that, too.
    at.pikpak.rules.challengeAll = true;
    const token = String((await at.captcha()).body["captcha_token"]);
    const challenged = { ...known, "x-captcha-token": token };
    expect((await at.send("GET", url, { headers: challenged })).body).toMatchObject({ files: [{ name: "F" }] });
    expect((await at.drive("GET", "/drive/v1/about", { headers: challenged })).body["error"]).toBe("captcha_invalid");
    at.pikpak.rules.challengedReads = false;
    expect((await at.send("GET", url, { headers: challenged })).body["error"]).toBe("captcha_invalid");
    at.pikpak.rules.challengeAll = false;
    at.pikpak.rules.shareCaptcha = false;
    expect((await at.send("GET", url, { headers: known })).body).toMatchObject({ files: [{ name: "F" }] });
    at.pikpak.rules.sharesProhibited = true;
    expect((await at.send("GET", url, { headers: { ...known, "accept-language": "zh" } })).body).toMatchObject({
      share_status: "PROHIBITED",
      share_status_text: "抱歉，当前地区暂不支持分享",
    });
  });
});

describe("the history", () => {
  test("events come newest first by pages, are deleted one by one, and cleared", async () => {
    const events = async (query = "") => {
      const { body } = await at.drive("GET", `/drive/v1/events?${query}`);
      return { next: String(body["next_page_token"]), events: body["events"] as { id: string; type: string }[] };
    };
    await at.drive("GET", `/drive/v1/files/${file.id}?usage=FETCH`);
    await at.drive("PATCH", `/drive/v1/files/${file.id}`, { body: { name: "b.txt" } });
    await batch("batchTrash", [file.id]);
    const first = await events("limit=2");
    expect(first.events.map(({ type }) => type)).toEqual(["TYPE_DELETE", "TYPE_UPDATE"]);
    const second = await events(`limit=2&page_token=${first.next}`);
    expect(second).toMatchObject({
      next: "",
      events: [{ type: "TYPE_DOWNLOAD", reference_resource: { id: file.id } }],
    });
    await post("/drive/v1/events:delete", { ids: [first.events[0]?.id] });
    expect((await events()).events).toHaveLength(2);
    await post("/drive/v1/events:clear", {});
    expect((await events()).events).toEqual([]);
  });
});
