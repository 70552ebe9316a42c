// The same fan-out through Fedify: POST /send?n=2000&sink=PORT sends one Create(Note) to n hosts on loopback,
// GET /usage answers the CPU time and the memory of this process. Runs beside the test peer's node_modules.
import http from "node:http";

const fedify = await import("@fedify/fedify");
const V = await import("@fedify/vocab");
const port = Number(process.env.PORT);
const parallel = Number(process.env.PARALLEL || "8");
const origin = `http://127.0.0.1:${port}`;
const pair = await fedify.generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
const federation = fedify.createFederation({
  kv: new fedify.MemoryKvStore(),
  queue: new fedify.ParallelMessageQueue(new fedify.InProcessMessageQueue(), parallel),
  allowPrivateAddress: true,
  signatureTimeWindow: false,
  firstKnock: "draft-cavage-http-signatures-12",
  origin,
});
federation
  .setActorDispatcher("/users/{identifier}", async (ctx, identifier) => {
    const keys = await ctx.getActorKeyPairs(identifier);
    return new V.Person({
      id: ctx.getActorUri(identifier),
      preferredUsername: identifier,
      inbox: ctx.getInboxUri(identifier),
      publicKey: keys[0].cryptographicKey,
    });
  })
  .setKeyPairsDispatcher(() => [pair]);
federation.setInboxListeners("/users/{identifier}/inbox", "/inbox");

const text = `<p>${"Breakfast of coworkers, with waffles. ".repeat(33)}</p>`;
let sent = 0;

function recipients(number, sinkPort) {
  return Array.from({ length: number }, (_, index) => {
    const host = `127.${1 + Math.floor(index / 65025)}.${1 + (Math.floor(index / 255) % 255)}.${index % 255}:${sinkPort}`;
    return { id: new URL(`http://${host}/users/1`), inboxId: new URL(`http://${host}/inbox`), endpoints: null };
  });
}

async function send(number, sinkPort) {
  const context = federation.createContext(new URL(origin), undefined);
  const me = context.getActorUri("alice");
  const id = new URL(`/notes/${++sent}`, origin);
  const note = new V.Note({ id, attribution: me, content: text, to: V.PUBLIC_COLLECTION });
  const create = new V.Create({ id: new URL("#create", id), actor: me, object: note, to: V.PUBLIC_COLLECTION });
  await context.sendActivity({ identifier: "alice" }, recipients(number, sinkPort), create);
}

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, origin);
  if (url.pathname === "/send") await send(Number(url.searchParams.get("n")), url.searchParams.get("sink"));
  const { user, system } = process.cpuUsage();
  response.end(JSON.stringify({ cpu: (user + system) / 1e6, rss: process.memoryUsage().rss }));
});
server.listen(port, "127.0.0.1", () => console.log(`ready ${origin}`));
process.on("SIGTERM", () => process.exit(0));
