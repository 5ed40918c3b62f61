import { describe } from "vitest";
import { upstreamClients } from "../../../src/gateway/upstream/upstream.ts";
import { upstreamContract } from "../../contracts/upstream.ts";

describe.each(upstreamClients)("the %s client", (client) => {
  upstreamContract(client);
});
