import { audiences, sharedCapabilities, type Audience, type SharedCapability } from "../../users/place.ts";
import { anywhere, inGroupsByAdmins } from "../../users/roles.ts";
import { button, choice, flag, none, number, type Argument } from "../context/button.ts";
import {
  chooseWhat,
  confirmLend,
  lendChosen,
  lentParts,
  setDaily,
  setDownloads,
  setOpenLinks,
  setPolicy,
  unlend,
} from "./lend.ts";
import { setClear, setPrivateLinks } from "./place-settings.ts";

const policy: Argument<{ readonly capability: SharedCapability; readonly audience: Audience }> = {
  write: ({ capability, audience }) =>
    sharedCapabilities.indexOf(capability) * audiences.length + audiences.indexOf(audience),
  read(n) {
    const capability = n === undefined ? undefined : sharedCapabilities[Math.floor(n / audiences.length)];
    const audience = n === undefined ? undefined : audiences[n % audiences.length];
    return capability && audience && { capability, audience };
  },
};

/** Messages about a shared drive belong to its owner, who may have left the group's admins since: taking back is always theirs. */
export const groupButtons = {
  lend: button("vl", anywhere, number("index"), (context, { index }) => lendChosen(context, index)),
  "lend-what": button("vw", anywhere, choice("what", lentParts), (context, { what }) => chooseWhat(context, what)),
  "confirm-lend": button("vy", anywhere, none, confirmLend),
  unlend: button("vu", anywhere, none, unlend),
  "set-policy": button("vp", anywhere, policy, (context, { capability, audience }) =>
    setPolicy(context, capability, audience),
  ),
  "set-daily": button("vd", anywhere, number("count"), (context, { count }) => setDaily(context, count)),
  "set-downloads": button("vg", anywhere, number("count"), (context, { count }) => setDownloads(context, count)),
  "set-open": button("vo", anywhere, flag("open"), (context, { open }) => setOpenLinks(context, open)),
  "set-private-links": button("vh", inGroupsByAdmins, flag("privateLinks"), (context, { privateLinks }) =>
    setPrivateLinks(context, privateLinks),
  ),
  "set-clear": button("vc", inGroupsByAdmins, number("minutes"), (context, { minutes }) => setClear(context, minutes)),
};
