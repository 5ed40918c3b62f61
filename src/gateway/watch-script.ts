/**
 * What the watch page does beyond its markup; it works without. Copies a command; keeps the place in the film when the
 * rendition is changed; and where the file host refuses the browser (a link tied to another address), goes on through
 * the gateway and says so.
 */
export const watchScript = `
"use strict";
const player = document.getElementById("player");
if (player) {
  const start = Number(new URLSearchParams(location.hash.slice(1)).get("t"));
  let place = start > 0 ? start : 0;
  const other = player.dataset.other;
  let isDirect = true;
  let worked = false;
  player.addEventListener("loadedmetadata", () => {
    if (place > 0) player.currentTime = place;
    // The file plays, but not from its host: that is a refusal, and no format this browser does not know.
    if (!isDirect && !worked) fetch(other + "?why=refused", { method: "HEAD" }).catch(() => {});
    worked = true;
  });
  player.addEventListener("timeupdate", () => { place = player.currentTime; });
  player.addEventListener("error", () => {
    if (!isDirect) return;
    isDirect = false;
    const wasPlaying = !player.paused;
    player.src = other;
    if (wasPlaying) player.play().catch(() => {});
  });
  for (const link of document.querySelectorAll("a.rendition")) {
    link.addEventListener("click", () => { if (place > 0) link.hash = "t=" + Math.floor(place); });
  }
}
for (const button of document.querySelectorAll("button.copy")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = button.dataset.done;
  });
}
`;
