import { expect, test } from "vitest";
import type { DriverKind, Quota } from "../../src/storage/driver.ts";
import { app, Cloud, jun, mia, signInAs, usualCloud } from "./test-app.ts";

/** A cloud whose accounts tell their room, where `quota` says so. */
class MeasuredCloud extends Cloud {
  quota: Quota | undefined;

  override kinds(): readonly DriverKind[] {
    return super.kinds().map((kind) => ({
      ...kind,
      open: (options, context) => {
        const { quota: _theirs, ...driver } = kind.open(options, context);
        const { quota } = this;
        return quota === undefined ? driver : { ...driver, quota: async () => quota };
      },
    }));
  }
}

function measured(quota: Quota | undefined): MeasuredCloud {
  const { accounts, shares } = usualCloud();
  const cloud = new MeasuredCloud({ accounts, shares });
  cloud.quota = quota;
  return cloud;
}

async function cardOf(cloud: Cloud) {
  const at = app(cloud);
  const listing = await at.see(mia, signInAs("mia", "correct-horse"), "listing");
  const { view } = await at.see(mia, { do: "show-mounts" }, "mounts");
  const card = await at.see(mia, { do: "mount", view, index: 0 }, "mount");
  return { at, listing, card };
}

test("every card says what can be done with it there, and the drive's card shows its room", async () => {
  const { at, listing, card } = await cardOf(measured({ used: 5, limit: 10 }));
  expect(card).toMatchObject({ can: ["ask-root", "renew-mount"], quota: { used: 5, limit: 10 } });
  expect(listing.can).toEqual(["list-folder"]);
  expect((await at.see(mia, { do: "browse", path: "file 7.txt" }, "file")).can).toEqual([]);
});

test("a drive that is not capable of it shows no room", async () => {
  const { card } = await cardOf(measured(undefined));
  expect(card.can).toEqual(["ask-root", "renew-mount"]);
  expect(card.quota).toBeUndefined();
});

test("a share's card offers no signing in", async () => {
  const at = app(usualCloud());
  await at.see(jun, { do: "open-share", text: "https://share.example/s/open1" }, "listing");
  const { view } = await at.see(jun, { do: "show-mounts" }, "mounts");
  expect((await at.see(jun, { do: "mount", view, index: 0 }, "mount")).can).not.toContain("renew-mount");
});
