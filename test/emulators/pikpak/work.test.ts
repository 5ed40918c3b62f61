import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Node } from "../../../emulators/pikpak/state.ts";
import { password, rawClient, type Answer, type RawClient } from "./client.ts";

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
  test("moving, copying and the trash take effect when their task is done", async () => {
    at.pikpak.rules.workTakes = 1000;
    const move = await batch("batchMove", [file.id], folder.id);
    expect(await phaseOf(move)).toBe("PHASE_TYPE_RUNNING");
    expect(await names(folder.id)).toEqual([]);
    at.advance(1000);
    expect(await phaseOf(move)).toBe("PHASE_TYPE_COMPLETE");
    expect(await names(folder.id)).toEqual(["a.txt"]);
  });

  test("a move and a copy number a name that is taken", async () => {
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

  test.each(["batchMove", "batchCopy"])(
    "a call to %s into the same folder, or into itself, is refused",
    async (verb) => {
      const inner = at.pikpak.build.folder(at.mia, folder, "inner");
      const refused = { error: "file_move_or_copy_to_cur", error_code: 9 };
      expect((await batch(verb, [file.id], "")).body).toMatchObject(refused);
      expect((await batch(verb, [folder.id], inner.id)).body).toMatchObject(refused);
      expect((await batch(verb, [file.id])).body).toMatchObject({ error: "invalid_argument" });
    },
  );

  test("a file goes back from the trash to its folder, or to the root where that is gone", async () => {
    const inside = at.pikpak.build.file(at.mia, folder, { name: "in.txt", size: 5 });
    await batch("batchTrash", [inside.id]);
    expect(at.mia.quota).toMatchObject({ usage: 10, trashed: 5 });
    await batch("batchUntrash", [inside.id]);
    expect(await names(folder.id)).toEqual(["in.txt"]);
    await batch("batchTrash", [inside.id, folder.id]);
    await batch("batchUntrash", [inside.id]);
    expect(await names("")).toEqual(["a.txt", "in.txt"]);
  });

  test("a file deleted for ever is gone: by batch, alone, and by emptying the trash", async () => {
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

  test("a batch of 200 ids is taken, more are not, and none is an error", async () => {
    const ids = Array.from(
      { length: 201 },
      (_, n) => at.pikpak.build.file(at.mia, undefined, { name: `${n}`, size: 1 }).id,
    );
    expect((await batch("batchTrash", ids)).body).toMatchObject({
      error: "operating_file_count_exceeded",
      error_code: 11,
    });
    expect((await batch("batchTrash", ids.slice(1))).status).toBe(200);
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

  test("offline downloads progress with time and land in My Pack", async () => {
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

  test("offline downloads go where they are told, and the same address running is the same task", async () => {
    await begin("https://example.com/files/a.zip", { parent_id: folder.id, folder_type: "" });
    await begin("https://example.com/files/a.zip", { parent_id: folder.id, folder_type: "" });
    expect((await tasks()).tasks).toHaveLength(1);
    at.advance(5000);
    expect(await names(folder.id)).toEqual(["a.zip"]);
    expect((await begin(magnet, { parent_id: "VOnowhere" })).body["error"]).toBe("space_folder_not_exist");
  });

  test("offline downloads break off, are filtered by phase, told in Chinese, not retried, and deleted", async () => {
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
  ])("offline downloads know %s", async (_what, rules, error, code) => {
    Object.assign(at.pikpak.rules, rules);
    expect((await begin(magnet)).body).toMatchObject({ error, error_code: code });
  });

  test("offline downloads want room, and an address of a kind they know", async () => {
    expect((await begin("ftp://example.com/a")).body["error"]).toBe("task_url_unsupported");
    at.mia.quota.limit = 10;
    expect((await begin(magnet)).body).toMatchObject({ error: "file_space_not_enough", error_code: 8 });
  });

  test("finished offline downloads are cleared away", async () => {
    await begin(magnet);
    at.advance(5000);
    await begin(`${magnet}&x=2`);
    await post("/drive/v1/tasks:clear", {});
    expect((await tasks()).tasks).toHaveLength(1);
  });
});

describe("shares of one's own, and other people's", () => {
  test("shares of one's own are made, listed, read with their code, over when their days are, and deleted", async () => {
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

  test("shares run out", async () => {
    const made = await post("/drive/v1/share", {
      file_ids: [file.id],
      share_to: "publiclink",
      expiration_days: 1,
      pass_code_option: "NOT_REQUIRED",
    });
    at.pikpak.rules.shareCaptcha = false;
    at.advance(25 * 3_600_000);
    const read = await at.drive("GET", `/drive/v1/share?share_id=${String(made.body["share_id"])}`);
    expect(read.body["share_status"]).toBe("EXPIRED");
  });

  test("shares are restored into the caller's drive", async () => {
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

  test("a share of one's own is not restored", async () => {
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [file] });
    expect((await post("/drive/v1/share/restore", { share_id: id, file_ids: [file.id] })).body).toMatchObject({
      error: "file_restore_own",
      error_code: 9,
    });
  });

  test("shares want a client id, and where the rule says so no captcha; parent_id is ignored at the top", async () => {
    const { id } = at.pikpak.build.share(at.mia, { title: "t", nodes: [folder] });
    const url = `${at.pikpak.driveUrl}/drive/v1/share?share_id=${id}&parent_id=VOwhatever`;
    const headers = { "x-device-id": "be7bad09dbf40fe22b56e9ce8f85c4e7" };
    expect((await at.send("GET", url, { headers })).body).toMatchObject({
      error_code: 9,
      error_details: [{ detail: "client_id not match" }],
    });
    const known = { ...headers, "x-client-id": "YUMx5nI8ZU8Ap8pm" };
    expect((await at.send("GET", url, { headers: known })).body).toEqual({ detail: "captcha_token is empty" });
    at.pikpak.rules.shareCaptcha = false;
    expect((await at.send("GET", url, { headers: known })).body).toMatchObject({ files: [{ name: "F" }] });
    at.pikpak.rules.sharesProhibited = true;
    expect((await at.send("GET", url, { headers: { ...known, "accept-language": "zh" } })).body).toMatchObject({
      share_status: "PROHIBITED",
      share_status_text: "抱歉，当前地区暂不支持分享",
    });
  });
});
