import { createHmac } from "node:crypto";
import mime from "mime";
import { recordEvent } from "./events.ts";
import { assertFree, ownNode } from "./mutations.ts";
import { freeName } from "./names.ts";
import { bucketName, type Bases } from "./place.ts";
import { isTrashed } from "./quota.ts";
import { Refusal, refusals } from "./refusal.ts";
import { storedWith } from "./resources.ts";
import { fileObject, timeText, type Addresses } from "./shapes.ts";
import { idFrom, nodeOf, type Node } from "./node.ts";
import type { Account, State, Upload } from "./state.ts";
import { beginTask, taskObject } from "./tasks.ts";
import { text, type Body } from "./text.ts";

export interface UploadRules {
  /** ms from the last byte until the file is complete. */
  uploadTakes: number;
  /** What becomes of an upload whose bytes have another hash than was announced. */
  uploadHash: "accept" | "reject";
  /** A ticket names a task to wait for, too. */
  uploadTask: boolean;
  /** The bucket checks the signature of every request. */
  checkUploadSign: boolean;
  /** A finished multipart upload is answered as the bucket's callback does it, with JSON, or as the protocol says, with XML. */
  completionAnswer: "json" | "xml";
}

interface TicketParts {
  readonly addresses: Addresses;
  readonly rules: UploadRules;
  readonly bases: Bases;
  /** The client of the session: Android's tickets name another endpoint than the web's. */
  readonly clientId: string;
  readonly language: string;
}

const ticketLife = 12 * 3_600_000;
const android = "YNxT9w7GMdWvEOKa";

/** `POST /drive/v1/files` with an upload type: a ticket, or at once a file where the service has its bytes already. */
export function beginUpload(state: State, account: Account, body: Body, parts: TicketParts): object {
  const type = text(body["upload_type"]);
  const announced = { size: sizeIn(body), hash: text(body["hash"]).toUpperCase() };
  assertFree(account, announced.size);
  const known = announced.size === 0 ? undefined : storedWith(state, announced.hash, announced.size);
  const instant = announced.size === 0 || known !== undefined;
  const file = state.nodes.add(uploadNode(state, account, body, { announced, known, instant }));
  recordEvent(state, "TYPE_UPLOAD", file);
  // An instant upload still costs 15 % of the month's allowance.
  if (instant) account.transferred.upload += Math.ceil(announced.size * 0.15);
  const upload = instant ? undefined : ticketFor(state, account, file, announced);
  const task = upload && parts.rules.uploadTask ? uploadTask(state, account, upload, file) : undefined;
  const isForm = type === "UPLOAD_TYPE_FORM";
  return {
    upload_type: type,
    file: fileObject(file, "upload", parts.addresses),
    ...(isForm
      ? { form: upload ? formFor(upload, parts) : null }
      : { resumable: upload ? resumableFor(upload, parts) : null }),
    task: task ? taskObject(state, task, { language: parts.language, withFile: false }) : null,
  };
}

function sizeIn(body: Body): number {
  const size = Number(text(body["size"]) || "0");
  if (!Number.isInteger(size) || size < 0) throw refusals.argument("size is no number of bytes");
  return size;
}

interface Announcement {
  readonly announced: Upload["announced"];
  readonly known: Node | undefined;
  readonly instant: boolean;
}

function uploadNode(state: State, account: Account, body: Body, { announced, known, instant }: Announcement): Node {
  const parentId = text(body["parent_id"]);
  if (parentId !== "") {
    const parent = ownNode(state, account, parentId);
    if (!parent.folder || isTrashed(state.nodes, parent)) throw refusals.notFound();
  }
  const asked = text(body["name"]);
  if (asked === "") throw new Refusal({ error: "file_name_empty", code: 3, description: "The name is empty" });
  const name = freeName(state.nodes.children(account.userId, parentId), asked);
  return nodeOf({
    id: idFrom(`upload ${state.randomHex(8)}`),
    account,
    parentId,
    folder: false,
    seed: {
      name,
      size: announced.size,
      bytes: announced.size === 0 ? Buffer.alloc(0) : undefined,
      hash: instant ? undefined : announced.hash,
      mimeType: mime.getType(name) ?? "application/octet-stream",
      phase: instant ? "PHASE_TYPE_COMPLETE" : "PHASE_TYPE_PENDING",
    },
    now: state.now(),
    folderType: "",
    like: known,
  });
}

function ticketFor(state: State, account: Account, file: Node, announced: Upload["announced"]): Upload {
  const upload: Upload = {
    key: `upload_tmp/${announced.hash || "NOHASH"}${state.randomHex(4).toUpperCase()}`,
    fileId: file.id,
    account,
    announced,
    accessKey: `STS.${state.randomHex(12)}`,
    secret: state.randomHex(22),
    securityToken: `CAIS${state.randomHex(40)}`,
    until: state.now() + ticketLife,
    parts: new Map(),
    isOver: false,
    taskId: undefined,
  };
  state.uploads.set(upload.key, upload);
  return upload;
}

function uploadTask(state: State, account: Account, upload: Upload, file: Node) {
  const seed = { type: "upload", takes: Number.POSITIVE_INFINITY, name: file.name, size: file.size } as const;
  const task = beginTask(state, account, { ...seed, fileId: file.id }, () => {});
  upload.taskId = task.id;
  return task;
}

function resumableFor(upload: Upload, { bases, clientId }: TicketParts): object {
  return {
    kind: "drive#resumable",
    provider: "PROVIDER_ALIYUN",
    params: {
      access_key_id: upload.accessKey,
      access_key_secret: upload.secret,
      bucket: bucketName,
      endpoint: clientId === android ? bases.androidEndpoint : bases.endpoint,
      expiration: timeText(upload.until),
      key: upload.key,
      security_token: upload.securityToken,
    },
  };
}

/** A form to post once, with a policy that the bucket compares. */
function formFor(upload: Upload, { bases }: TicketParts): object {
  const policy = policyOf(upload);
  return {
    kind: "drive#form",
    method: "POST",
    url: bases.form,
    multi_parts: {
      OSSAccessKeyId: upload.accessKey,
      Signature: policySignature(upload),
      key: upload.key,
      policy,
      "x-oss-security-token": upload.securityToken,
    },
  };
}

function policyOf(upload: Upload): string {
  const conditions = [{ bucket: bucketName }, { key: upload.key }];
  return Buffer.from(JSON.stringify({ expiration: new Date(upload.until).toISOString(), conditions })).toString(
    "base64",
  );
}

/** The signature a posted form has to carry. */
export function policySignature(upload: Upload): string {
  return createHmac("sha1", upload.secret).update(policyOf(upload)).digest("base64");
}

/** All bytes of a ticket have come. The file is complete after a while, or failed where they are not what was announced. */
export function finishUpload(state: State, upload: Upload, bytes: Buffer, rules: UploadRules): void {
  if (upload.isOver) return;
  upload.isOver = true;
  upload.parts.clear();
  const file = state.nodes.get(upload.fileId);
  const task = upload.taskId === undefined ? undefined : state.tasks.get(upload.taskId);
  if (!file) return;
  upload.account.transferred.upload += bytes.length;
  const { size, hash } = upload.announced;
  state.schedule.after(rules.uploadTakes, () => {
    file.receive(bytes);
    const isOther = hash !== "" && rules.uploadHash === "reject" && file.gcid !== hash;
    const failed = bytes.length !== size || isOther;
    file.phase = failed ? "PHASE_TYPE_ERROR" : "PHASE_TYPE_COMPLETE";
    if (!task) return;
    task.takes = state.now() - task.createdAt;
    task.fails = failed;
  });
}
