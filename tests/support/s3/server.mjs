// s3rver, which does not check signatures of version 4, behind a door that does: each request is
// signed once more by AWS's own signer, and must have come with the same signature.
//   node server.mjs PORT FOLDER BUCKET
import { createHash, timingSafeEqual } from "node:crypto";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.S3_PACKAGES, "package.json"));
const { Sha256 } = require("@aws-crypto/sha256-js");
const { HttpRequest } = require("@smithy/protocol-http");
const { SignatureV4 } = require("@smithy/signature-v4");
const S3rver = require("s3rver");

const [port, directory, bucket] = process.argv.slice(2);
const credentials = { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" };

function refusal(code, message) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}` +
    "</Message></Error>";
}

// What is wrong with a request, as code and message; nothing where it is good.
async function wrong(request, body) {
  const given = /Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/
    .exec(request.headers.authorization ?? "");
  if (!given) return ["AccessDenied", "it is not signed"];
  const [, id, , region, names, signature] = given;
  if (id !== credentials.accessKeyId) return ["InvalidAccessKeyId", "nobody has this key"];
  const hash = createHash("sha256").update(body).digest("hex");
  if (request.headers["x-amz-content-sha256"] !== hash) {
    return ["XAmzContentSHA256Mismatch", "the body is not the one that was signed"];
  }
  const date = new Date(request.headers["x-amz-date"].replace(
    /^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(Date.now() - date) < 900_000)) return ["RequestTimeTooSkewed", "it is too old"];
  const signer = new SignatureV4({
    credentials, region, service: "s3", sha256: Sha256, uriEscapePath: false, applyChecksum: true });
  const url = new URL(request.url, "http://host");
  const headers = Object.fromEntries(names.split(";").map(name => [name, request.headers[name]]));
  const again = await signer.sign(new HttpRequest({
    method: request.method, headers, path: request.url.split("?")[0],
    query: Object.fromEntries(url.searchParams), body }), { signingDate: date });
  const wanted = /Signature=([0-9a-f]{64})$/.exec(again.headers.authorization)[1];
  return timingSafeEqual(Buffer.from(wanted), Buffer.from(signature))
    ? null : ["SignatureDoesNotMatch", "the signature is another one"];
}

const inner = new S3rver({ address: "127.0.0.1", port: 0, silent: true, directory,
  configureBuckets: [{ name: bucket }] });
const { port: innerPort } = await inner.run();

http.createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  const why = await wrong(request, body);
  if (why) {
    response.writeHead(403, { "Content-Type": "application/xml" });
    response.end(refusal(...why));
    return;
  }
  const { authorization, ...headers } = request.headers;
  http.request({ port: innerPort, host: "127.0.0.1", method: request.method, path: request.url,
    headers: { ...headers, authorization } }, answer => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  }).on("error", () => response.destroy()).end(body);
}).listen(Number(port), "127.0.0.1");
