import ipaddr from "ipaddr.js";

/** An address a chat takes for a button: http(s), and a host that could be reached from outside. */
export function isPublicAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return (protocol === "https:" || protocol === "http:") && isPublicHost(hostname);
}

function isPublicHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "");
  if (ipaddr.isValid(bare)) return ipaddr.process(bare).range() === "unicast";
  return /\.[a-z][a-z0-9-]+$/i.test(host) && !/\.(local|localhost|internal|lan)$/i.test(host);
}
