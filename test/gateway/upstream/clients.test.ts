import { describe } from "vitest";
import { upstreamClients } from "../../../src/gateway/upstream/port.ts";
import { upstreamContract } from "../../contracts/upstream.ts";

describe.each(upstreamClients)("the %s client", (client) => {
  upstreamContract(client);
});
