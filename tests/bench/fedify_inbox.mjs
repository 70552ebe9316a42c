// The same incoming activities through Fedify: POST /inbox takes them, GET /usage answers the CPU time of this
// process and how many were heard. Everything stays in memory. Runs beside the test peer's node_modules.
import http from "node:http";

const fedify = await import("@fedify/fedify");
const V = await import("@fedify/vocab");
const port = Number(process.env.PORT);
const origin = `http://127.0.0.1:${port}`;
const pair = await fedify.generateCryptoKeyPair("RSASSA-PKCS1-v1_5");
const federation = fedify.createFederation({
  kv: new fedify.MemoryKvStore(),
  allowPrivateAddress: true,
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
let heard = 0;
federation
  .setInboxListeners("/users/{identifier}/inbox", "/inbox")
  .on(V.Create, async (ctx, create) => {
    const object = await create.getObject(ctx);
    if (object?.id != null) heard += 1;
  });

async function answer(request, body) {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  const asked = new Request(new URL(request.url, origin), {
    method: request.method, headers, body: request.method === "POST" ? body : undefined,
  });
  return federation.fetch(asked, { contextData: undefined });
}

const server = http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", async () => {
    if (request.url === "/usage") {
      const { user, system } = process.cpuUsage();
      response.end(JSON.stringify({ cpu: (user + system) / 1e6, heard }));
      return;
    }
    const found = await answer(request, Buffer.concat(parts));
    response.writeHead(found.status, Object.fromEntries(found.headers));
    response.end(Buffer.from(await found.arrayBuffer()));
  });
});
server.listen(port, "127.0.0.1", () => console.log(`ready ${origin}`));
process.on("SIGTERM", () => process.exit(0));
