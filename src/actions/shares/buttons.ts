import { anywhere } from "../../users/roles.ts";
import { button, none } from "../context/button.ts";
import { shareForm } from "../context/share-form.ts";

export const shareButtons = {
  "add-share": button("f", anywhere, none, (context) => shareForm(context), { form: true }),
};
