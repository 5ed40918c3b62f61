/** The permissions that matter to an application's messages, as bits. */
export const permission = {
  administrator: 1n << 3n,
  manageChannels: 1n << 4n,
  manageGuild: 1n << 5n,
  viewChannel: 1n << 10n,
  sendMessages: 1n << 11n,
  manageMessages: 1n << 13n,
  embedLinks: 1n << 14n,
  attachFiles: 1n << 15n,
  readHistory: 1n << 16n,
  mentionEveryone: 1n << 17n,
  useExternalEmojis: 1n << 18n,
  useCommands: 1n << 31n,
  useExternalApps: 1n << 50n,
} as const;

const { viewChannel, sendMessages, embedLinks, attachFiles, readHistory, useCommands, useExternalApps } = permission;

/** What a fresh member may do. */
export const usualPermissions =
  viewChannel | sendMessages | embedLinks | attachFiles | readHistory | useCommands | useExternalApps;

/** What an app's answers may hold in a direct conversation, and where its bot is no member. */
export const guestPermissions = attachFiles | embedLinks | permission.mentionEveryone;

/** Whether all of the bits are granted; an administrator has every one. */
export function may(granted: bigint, wanted: bigint): boolean {
  return (granted & permission.administrator) !== 0n || (granted & wanted) === wanted;
}
