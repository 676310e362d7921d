// What waits for a person to decide, found and decided; lists searched and turned over; files heard,
// seen and read. What was pressed is looked up by the API.
import assert from "node:assert/strict";
import { call, hands, key, launch, open, signIn, until, url } from "./browser.mjs";

const get = async (path) => (await call("GET", path)).json;
const [paid, short, odd] = process.env.ORDERS.split(",");
const files = {};
for (const what of ["speak", "watch", "look", "read"]) {
  files[what] = (await call("POST", "/api/jobs", { service: "polish", user_id: "eve", input: { text: what } })).json.id;
}
const parked = [];
for (let n = 0; n < 3; n += 1) parked.push((await call("POST", "/api/jobs", { service: "character", user_id: "eve", input: {} })).json.id);
for (const n of [1, 2]) await call("POST", "/api/jobs", { service: "title", user_id: "eve", input: { text: `${n}` }, webhook: "https://127.0.0.1:9/" });
const crowd = Array.from({ length: 60 }, (_, n) => `crowd-${String(n).padStart(2, "0")}`);
await Promise.all(crowd.map((user) => call("PUT", `/api/accounts/${user}`, {})));
for (let n = 0; n < 55; n += 1) await call("POST", "/api/admin/accounts/crowd-07/grant", { kind: "bonus", credits: 1, reason: `gift ${n}`, reference: `g${n}` });

const browser = await launch();
const page = await open(browser);
await page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: url });
await signIn(page);
const { to, button, dialog, confirm } = hands(page);
const field = (name) => page.locator("#main").getByLabel(name, { exact: true });
const rows = page.locator("tbody tr");
const badge = (text) => page.locator(".badge", { hasText: text }).first();

// Orders: one that its platform says is paid, one that is accepted, one that is dismissed.
const order = (id) => get(`/api/admin/orders/${id}`);
const decide = async (decision, reason, name) => {
  await dialog.getByLabel("Decision").selectOption(decision);
  await dialog.getByLabel("Reason").fill(reason);
  await confirm(name);
};
await to(`/orders/${paid}`);
await button("Ask its platform").click();
await page.locator(".card-head .badge", { hasText: "paid" }).waitFor();
assert.equal((await order(paid)).status, "paid");
await to(`/orders/${short}`);
await page.getByText(short).waitFor();
await button("Ask its platform").click();
await button("Decide…").click();
await decide("accept", "seen on the bank statement", "Accept it");
await page.locator(".card-head .badge", { hasText: "paid" }).waitFor();
assert.equal((await order(short)).status, "paid");
assert.equal((await get("/api/accounts/payer")).totals.recharged, 520 + 550 + 550);
await call("POST", `/api/admin/orders/${odd}/query`);
await to("/orders");
await button("Decide…").click();
await decide("dismiss", "not ours", "Dismiss it");
await page.getByText("No notice waits for a person.").waitFor();
assert.equal((await get("/api/admin/reviews")).notices.length, 0);
assert.equal((await order(odd)).status, "pending");
assert.ok((await order(odd)).notices.some((notice) => notice.outcome === "dismissed" || notice.outcome !== "review"));
const filters = page.locator("form.filters");
await filters.getByLabel("Status").selectOption("pending");
await until("the pending ones", async () => (await rows.count()) === 1);
await filters.getByLabel("User").fill("nobody");
await filters.getByRole("button", { name: "Filter" }).click();
await page.locator(".empty").waitFor();
assert.equal(page.url(), `${url}/orders?status=pending&user_id=nobody`);
await to("/orders?user_id=payer");
await until("the payer's", async () => (await rows.count()) === 3);
await field("only what waits for a person").check();
await page.locator(".empty").waitFor();

// Jobs that may have been submitted: looked for by the box, and decided in each of the three ways.
await until("the parked jobs", async () => (await get("/api/jobs?parked=true")).jobs.length === 3, 90000);
await to("/jobs");
await field("only what waits for a decision").check();
await until("the three", async () => (await rows.count()) === 3);
const resolve = async (id, verdict, task) => {
  await to(`/jobs/${id}`);
  await button("Resolve…").click();
  await dialog.getByLabel("Verdict").selectOption(verdict);
  if (task) await dialog.getByLabel("Provider's task").fill(task);
  await confirm("Say so");
};
await resolve(parked[0], "fail");
await badge("failed").waitFor();
const failed = await get(`/api/jobs/${parked[0]}`);
assert.deepEqual([failed.state, failed.charge.net], ["failed", 0]);
const told = async (id) => JSON.stringify((await get(`/api/jobs/${id}/explain`)).steps);
await resolve(parked[1], "submit");
await until("the second submission", async () => (await told(parked[1])).includes("submit"));
await resolve(parked[2], "task", "task-17");
await until("the task", async () => !(await get(`/api/jobs/${parked[2]}`)).parked || (await told(parked[2])).includes("task-17"));

// Messages: filtered, read, delivered again one by one and together.
const dead = async () => (await get("/api/admin/webhooks/messages?state=dead")).messages;
await until("the messages that are given up", async () => (await dead()).length > 0);
await to("/webhooks");
await field("State").selectOption("dead");
await until("the address", () => page.url().endsWith("/webhooks?state=dead"));
const one = (await dead())[0];
await button(one.id).click();
await dialog.getByText(one.target).first().waitFor();
const tries = (await get(`/api/admin/webhooks/messages/${one.id}`)).attempts;
await dialog.getByRole("button", { name: "Deliver again" }).click();
await until("another try", async () => (await get(`/api/admin/webhooks/messages/${one.id}`)).attempts !== tries);
await confirm("Close");
await until("that it was given up again", async () => (await get(`/api/admin/webhooks/messages/${one.id}`)).state === "dead");
await button("Deliver again…").click();
await dialog.getByLabel("Made since").fill("2026-01-01T00:00");
await confirm("Deliver them");
await page.locator(".saying.good", { hasText: /[1-9]\d* messages/ }).waitFor();

// Margin, by each grouping.
await to("/providers");
for (const by of ["service", "model", "day", "provider"]) {
  const [answer] = await Promise.all([page.waitForResponse((it) => it.url().endsWith(`/api/admin/margin?by=${by}`)), field("By").selectOption(by)]).catch((problem) => { throw new Error(`${by}: ${problem}`); });
  assert.equal(answer.status(), 200);
}

// Accounts: by the beginning of the id as it is typed, page by page, in both orders.
await to("/accounts");
await until("the newest", async () => (await rows.count()) === 50);
await button("More").click();
await until("more of them", async () => (await rows.count()) > 60);
const box = field("User id, or how it begins");
await box.pressSequentially("crowd-1", { delay: 20 });
await until("the ten", async () => (await rows.count()) === 10);
assert.equal(page.url(), `${url}/accounts?prefix=crowd-1`);
await page.locator("[data-testid=shown]", { hasText: "10 in all" }).waitFor();
await page.reload();
await until("the ten again", async () => (await rows.count()) === 10);
await box.fill("");
await until("all", () => page.url() === `${url}/accounts`);
await field("Order").selectOption("user_id");
await page.locator("tbody tr:first-child", { hasText: "braked" }).waitFor();
await box.fill("crowd-07");
await box.press("Enter");
await page.locator("[data-testid=balance]", { hasText: "575" }).waitFor();
await button("Older ones").click();
await until("the whole ledger", async () => (await page.getByText("sign-up gift").count()) >= 2);

// Membership by hand, an expiring gift, the brake, a statement by kind.
const account = () => get("/api/accounts/crowd-07");
const nextYear = new Date().getFullYear() + 1;
await button("Membership…").click();
await dialog.getByLabel("Member until").fill(`${nextYear}-03-04`);
await dialog.getByLabel("Reason").fill("a gift");
await confirm("Set it");
assert.equal((await account()).member_until, Date.parse(`${nextYear}-03-04T23:59:59+08:00`));
await button("Membership…").click();
await dialog.getByLabel("Member until").fill("");
await dialog.getByLabel("Reason").fill("a mistake");
await confirm("End it now");
assert.ok((await account()).member_until <= Date.now() + 1000);
await button("Give or adjust…").click();
await dialog.getByLabel("Credits").fill("40");
await dialog.getByLabel("Reason").fill("for a while");
await dialog.getByLabel("Expires (optional)").fill(`${nextYear}-01-02`);
await confirm("Give them");
assert.equal((await account()).grants.at(-1).expires_at, Date.parse(`${nextYear}-01-02T23:59:59+08:00`));
await button("Give or adjust…").click();
await page.keyboard.press("Escape");
await dialog.waitFor({ state: "detached" });
await field("By").selectOption("kind");
await page.locator("[aria-label=Statement] td", { hasText: "bonus" }).waitFor();
await to("/accounts/braked");
await button("Lift the brake").click();
await until("the release", async () => (await get("/api/accounts/braked")).brake === undefined);

// A key with limits; the seals and a job's input as text to keep.
await to("/keys");
await button("Make a key…").click();
await dialog.getByLabel("Name").fill("with limits");
await dialog.getByLabel("credits", { exact: false }).first().check();
await dialog.getByLabel("Requests a minute (optional)").fill("30");
await dialog.getByLabel("Credits a day (optional)").fill("400");
await dialog.getByRole("button", { name: "Make it" }).click();
await dialog.getByRole("button", { name: "Copy" }).click();
assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator("[data-testid=secret]").textContent());
await confirm("Close");
const made = (await get("/api/admin/keys")).keys.find((each) => each.name === "with limits");
assert.deepEqual([made.per_minute, made.daily_cap, made.scopes], [30, 400, ["credits"]]);

// Files: heard, seen, read, and kept.
const shown = async (what, mark) => {
  await to(`/jobs/${files[what]}`);
  const it = page.locator(mark).first();
  await it.waitFor();
  return it;
};
const audio = await shown("speak", "audio");
await until("its length", () => audio.evaluate((it) => Math.abs(it.duration - 1) < 0.01));
assert.ok(await audio.evaluate((it) => it.play().then(() => true)));
const [kept] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
assert.match(kept.suggestedFilename(), new RegExp(`^result-${files.speak}`));
await page.locator(".card", { has: page.getByRole("heading", { name: "Input" }) }).getByRole("button", { name: "Copy" }).click();
assert.deepEqual(JSON.parse(await page.evaluate(() => navigator.clipboard.readText())), { text: "speak" });
const video = await shown("watch", "video");
assert.match(await video.getAttribute("src"), /^blob:/);
await page.getByText("video/mp4").waitFor();
const picture = await shown("look", ".media img");
await until("the picture", () => picture.evaluate((it) => it.naturalWidth === 1));
await (await shown("read", ".media pre")).getByText("三个词 of <b>text</b>").waitFor();

// Jobs: one chosen of many, retried in a crowd; filters by service; older ones; all filters cleared.
await to(`/jobs?user_id=eve&state=failed`);
await page.getByLabel(`Choose job ${parked[0]}`).check();
await button("Retry…").click();
await dialog.getByText("credits in all").waitFor();
await confirm("Retry them");
await until("the new charge", async () => (await get(`/api/jobs/${parked[0]}`)).charge.number === 2 || (await get(`/api/jobs/${parked[0]}`)).state !== "failed");
await to("/jobs");
await field("Service").selectOption("title");
await until("the titles", async () => (await page.locator("tbody tr td:nth-child(4)").allTextContents()).join() === "title,title");
await field("State").selectOption("failed");
await page.locator(".empty").waitFor();
await page.getByRole("link", { name: "Clear" }).click();
await until("all jobs", () => page.url() === `${url}/jobs`);

// The looks are remembered; a wrong key is refused; a line that breaks is said and mended; a key that
// is not to be remembered is forgotten.
await button("中文").click();
await page.getByRole("heading", { name: "任务" }).waitFor();
await button("深色").click();
await page.reload();
await page.getByRole("heading", { name: "任务" }).waitFor();
assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
await button("English").click();
const other = await open(browser);
await other.locator("input[type=password]").fill(`tm_${"A".repeat(43)}`);
await other.locator("button[type=submit]").click();
await other.locator(".trouble").waitFor();
await other.getByLabel("Stay signed in").uncheck();
await other.route("**/api/events", (route) => route.abort());
await signIn(other, key);
await other.locator(".line-state.broken", { hasText: "Reconnecting" }).waitFor();
await other.unroute("**/api/events");
await other.locator(".line-state.live").waitFor();
assert.deepEqual(await other.context().cookies(), []);
await other.getByLabel("idle ones, too").check();
await other.locator("td", { hasText: "voice_clone" }).waitFor();
await other.reload();
await other.locator("input[type=password]").waitFor();
assert.deepEqual([...page.wrong, ...other.wrong].filter((line) => !line.includes("ERR_FAILED")), []);
await browser.close();
