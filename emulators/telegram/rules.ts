/** Limits that can be changed at any time. */
export interface Rules {
  /** Bytes of one upload: 50 MB, or 2000 MB on a server of one's own. */
  uploadLimit: number;
  /** Bytes a bot can fetch: 20 MB, or no limit on a server of one's own. */
  downloadLimit: number;
  /** Bytes of files up to this size are kept, and can be fetched. */
  keepLimit: number;
  /** Messages and edits in one group a minute; 0 = any number. */
  perGroupPerMinute: number;
  /** Messages and edits in one chat a second; 0 = any number. */
  perChatPerSecond: number;
  /** ms to answer a press in, and to send an ephemeral message to who acted. */
  answerWindow: number;
  /** ms a message can be deleted for. */
  deleteWindow: number;
  /** Bytes the buttons of one message may take. */
  keyboardLimit: number;
}
