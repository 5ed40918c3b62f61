import { inPrivate } from "../../users/roles.ts";
import { button, none, number } from "../context/button.ts";
import { askDelivery } from "./deliver.ts";
import { chooseDestination } from "./list.ts";

export const deliverButtons = {
  deliver: button("jd", inPrivate, none, chooseDestination),
  "deliver-to": button("jn", inPrivate, number("index"), (context, { index }) => askDelivery(context, index)),
};
