// What users and providers write is text and nothing else; a cookie alone opens nothing.
import assert from "node:assert/strict";
import { request } from "node:http";
import { call, key, launch, open, settled, signIn, until, url } from "./browser.mjs";

const bad = process.env.MARKUP;
const user = "<svg onload=alert(2)>";
await call("PUT", `/api/accounts/${encodeURIComponent(user)}`, { username: bad, email: `${bad}@x` });
const { json: broken } = await call("POST", "/api/jobs", { service: "polish", user_id: user, input: { [bad]: bad, text: bad }, idempotency_key: "<b>key</b>" });
const { json: shown } = await call("POST", "/api/jobs", { service: "script", user_id: user, input: { simulate: { result: { text: bad, url: "javascript:alert(3)" } } } });
await call("POST", `/api/admin/accounts/${encodeURIComponent(user)}/grant`, { kind: "bonus", credits: 5, reason: bad, reference: bad.slice(0, 60) });
await call("POST", "/api/admin/keys", { name: "<i>key</i>", scopes: ["read"] });
await until("the end of the jobs", async () => (await call("GET", `/api/jobs?user_id=${encodeURIComponent(user)}`)).json.jobs.every((job) => job.finished_at !== null));

await call("POST", `/api/admin/accounts/${encodeURIComponent(user)}/freeze`, { reason: bad });

const browser = await launch();
const page = await open(browser);
await signIn(page);
for (const path of ["/jobs", `/jobs/${broken.id}`, `/jobs/${shown.id}`, "/accounts", `/accounts/${encodeURIComponent(user)}`, "/keys", "/providers", "/", `/jobs?user_id=${encodeURIComponent(user)}`, `/jobs/${encodeURIComponent(bad)}`]) {
  await page.goto(url + path);
  await page.locator("#main h1").waitFor();
  await settled(page);
  const grown = await page.evaluate(() => document.querySelectorAll("#main img[src=x], #main script, #main svg[onload], #main b > i, a[href^=javascript]").length);
  assert.equal(grown, 0, path);
}
await page.goto(`${url}/jobs/${broken.id}`);
await page.locator("[data-testid=job-error]", { hasText: "<script>" }).waitFor();
await page.locator("[data-testid=input]", { hasText: "onerror" }).waitFor();
// Even a hole would not be enough: the page's policy lets no text become markup or code.
const held = await page.evaluate(() => {
  try {
    document.body.insertAdjacentHTML("beforeend", "<img src=x onerror=window.hurt=1>");
    return false;
  } catch {
    return window.hurt === undefined;
  }
});
assert.equal(held, true);
assert.deepEqual(page.wrong.filter((line) => !/TrustedHTML|Trusted ?Type/i.test(line)), []);

// The cookie, stolen.
const [cookie] = await page.context().cookies();
assert.deepEqual([cookie.httpOnly, cookie.sameSite, cookie.name], [true, "Strict", "tallyman_session"]);
assert.equal(await page.evaluate(() => document.cookie), "");
const taken = `${cookie.name}=${cookie.value}`;
// Not by fetch, which keeps some headers to itself.
const ask = (method, path, headers, body) =>
  new Promise((done, fail) => {
    const sent = request(url + path, { method, headers: { Cookie: taken, ...headers } }, (answer) => {
      answer.resume();
      answer.on("end", () => done(answer.statusCode));
    });
    sent.on("error", fail);
    sent.end(body);
  });
const own = { "X-Tallyman-Console": "1", Origin: url };
assert.equal(await ask("GET", "/api/admin/overview", {}), 403);
assert.equal(await ask("POST", "/api/admin/expire", {}), 403);
assert.equal(await ask("POST", "/api/admin/expire", { "X-Tallyman-Console": "1" }), 403);
assert.equal(await ask("POST", "/api/admin/expire", { Origin: url }), 403);
assert.equal(await ask("POST", "/api/admin/expire", { ...own, Origin: "https://evil.example" }), 403);
assert.equal(await ask("POST", "/api/admin/expire", { ...own, "Sec-Fetch-Site": "cross-site" }), 403);
assert.equal(await ask("GET", "/api/admin/overview", { "X-Tallyman-Console": "1", "Sec-Fetch-Site": "same-site" }), 403);
assert.equal(await ask("POST", "/api/admin/expire", own), 200);

// A page of another site, in the same browser: its form and its fetch change nothing.
const evil = await page.context().newPage();
await evil.route("http://evil.example/**", (route) => route.fulfill({ contentType: "text/html", body: "<h1>free credits</h1>" }));
await evil.goto("http://evil.example/");
const answers = await evil.evaluate(async (to) => {
  const tries = [{ method: "POST", credentials: "include", mode: "no-cors" }, { method: "POST", credentials: "include", headers: { "X-Tallyman-Console": "1" } }, { credentials: "include" }];
  return Promise.all(tries.map((how) => fetch(`${to}/api/admin/queues/tts/pause`, how).then((r) => r.type, () => "refused")));
}, url);
assert.ok(answers.every((answer) => answer === "refused" || answer === "opaque"), String(answers));
const overview = (await call("GET", "/api/admin/overview")).json;
assert.equal(overview.queues.find((one) => one.service === "tts").mode, "running");
await evil.setContent(`<iframe src="${url}/"></iframe>`);
await until("the refusal", () => evil.frames().length > 1 && evil.frames().at(-1).url().startsWith("chrome-error:"));
assert.equal(await evil.frames().at(-1).locator("input").count().catch(() => 0), 0);

// Signed out, it is worth nothing; and guessing at keys is slowed down.
assert.equal(await ask("DELETE", "/api/session", own), 204);
assert.equal(await ask("GET", "/api/admin/overview", own), 401);
const { json: made } = await call("POST", "/api/admin/keys", { name: "short", scopes: ["read"] });
const enter = async (secret) => fetch(`${url}/api/session`, { method: "POST", headers: { ...own, "Sec-Fetch-Site": "same-origin" }, body: JSON.stringify({ key: secret }) });
const entered = await enter(made.key);
const lent = entered.headers.get("set-cookie").split(";")[0];
assert.equal(await ask("GET", "/api/admin/overview", { ...own, Cookie: lent }), 200);
await call("POST", `/api/admin/keys/${made.number}/revoke`);
await until("the end of its sessions", async () => (await ask("GET", "/api/admin/overview", { ...own, Cookie: lent })) === 401, 5000);
const { json: weak } = await call("POST", "/api/admin/keys", { name: "jobs only", scopes: ["jobs"] });
assert.equal((await enter(weak.key)).status, 403);
const guesses = [];
for (let n = 0; n < 25; n += 1) guesses.push((await enter(`tm_${"x".repeat(43)}`)).status);
assert.equal(guesses[0], 401);
assert.equal(guesses.at(-1), 429);
assert.equal((await call("GET", "/api/session", undefined, { "X-Api-Key": key })).status, 200);
await browser.close();
