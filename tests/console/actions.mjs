// Everything that can be done in the console, done, and looked up by the API.
import assert from "node:assert/strict";
import { call, hands, launch, open, signIn, until } from "./browser.mjs";

const get = async (path) => (await call("GET", path)).json;
const state = async (id) => (await get(`/api/jobs/${id}`)).state;
await call("POST", "/api/jobs", { service: "script", user_id: "ann", input: {}, run_at: Date.now() + 3600e3 });
for (const text of ["one", "two", "three"]) await call("POST", "/api/jobs", { service: "script", user_id: "ben", input: { text }, run_at: Date.now() + 3600e3 });
await call("POST", "/api/jobs", { service: "script", user_id: "ben", input: { simulate: { outcome: "failed_final" } } });
await until("a failure", async () => (await state(5)) === "failed");

const browser = await launch();
const page = await open(browser);
await signIn(page);
const { to, button, dialog, confirm } = hands(page);

// Jobs: one that is cancelled, a crowd that is, one that is retried; and what comes in by itself.
await to("/jobs/1");
await button("Cancel…").click();
await confirm("Cancel them");
assert.equal(await state(1), "cancelled");
await page.locator("[data-testid=headline] .badge", { hasText: "cancelled" }).waitFor();

await to("/jobs?user_id=ben&state=queued");
await page.getByLabel("Choose all that are shown").check();
await button("Cancel…").click();
await dialog.getByText("3 are queued").waitFor();
await confirm("Cancel them");
assert.deepEqual(await Promise.all([2, 3, 4].map(state)), ["cancelled", "cancelled", "cancelled"]);

await to("/jobs/5");
await button("Retry…").click();
await dialog.getByText("5 credits in all").waitFor();
await confirm("Retry them");
await until("the second charge", async () => (await get("/api/jobs/5")).charge.number === 2);
await until("the second failure", async () => (await state(5)) === "failed");
await until("the timeline", async () => (await page.locator(".timeline li.out").count()) === 2);

await to("/jobs");
await page.locator("tbody tr").first().waitFor();
await page.locator(".line-state.live").waitFor();
const { json: fresh } = await call("POST", "/api/jobs", { service: "title", user_id: "ben", input: { text: "x" } });
await page.locator(`tbody a[href="/jobs/${fresh.id}"]`).waitFor();
await page.locator("tbody tr", { has: page.locator(`a[href="/jobs/${fresh.id}"]`) }).locator(".badge", { hasText: "completed" }).waitFor();
await button("Pause").click();
const { json: later } = await call("POST", "/api/jobs", { service: "title", user_id: "ben", input: { text: "y" } });
await page.getByText("Go on (1 changes)").waitFor();
assert.equal(await page.locator(`tbody a[href="/jobs/${later.id}"]`).count(), 0);
await page.getByText("Go on (1 changes)").click();
await page.locator(`tbody a[href="/jobs/${later.id}"]`).waitFor();

// An account: given and taken from, to the last credit; frozen, capped, renamed, audited.
await to("/accounts/ann");
const give = async (kind, amount, reason, button_name) => {
  await button("Give or adjust…").click();
  await dialog.getByLabel("Kind").selectOption(kind);
  await dialog.getByLabel("Credits").fill(amount);
  await dialog.getByLabel("Reason").fill(reason);
  await confirm(button_name);
};
await give("bonus", "300", "sorry for the wait", "Give them");
await give("recharge", "900719925474099", "as much as can be", "Give them");
await give("adjust", "-20", "counted twice", "Take them");
const balance = 520 + 300 + 900719925474099 - 20;
assert.equal((await get("/api/accounts/ann")).balance, balance);
await until("the balance", async () => (await page.locator("[data-testid=balance]").textContent()).replaceAll(",", "") === String(balance));
await page.getByText("counted twice").waitFor();

await button("Freeze…").click();
await dialog.getByLabel("Reason").fill("asked by phone");
await confirm("Freeze");
assert.equal((await get("/api/accounts/ann")).freeze.reason, "asked by phone");
await button("Unfreeze").click();
await until("the release", async () => (await get("/api/accounts/ann")).freeze === undefined);
await button("Freeze…").waitFor();  // the buttons beside it have moved
await button("Caps…").click();
await dialog.getByLabel("Per day").fill("1000");
await confirm("Set them");
assert.equal((await get("/api/accounts/ann")).caps.daily_cap, 1000);
await button("Edit…").click();
await dialog.getByLabel("Name").fill("Ann A.");
await confirm("Save");
assert.equal((await get("/api/accounts/ann")).username, "Ann A.");
await button("Audit this account").click();
await page.locator("[data-testid=account-audit]", { hasText: "clean" }).waitFor();
const [csv] = await Promise.all([page.waitForEvent("download"), button("CSV").click()]);
assert.match(csv.suggestedFilename(), /^statement-ann-.*\.csv$/);

await to("/accounts");
await button("Open an account…").click();
await dialog.getByLabel("User id").fill("new one");
await confirm("Open it");
assert.equal((await get("/api/accounts/new%20one")).balance, 520);

// An order that its platform is asked about: the trial channel has nobody to ask, and says so.
const { json: order } = await call("POST", "/api/v1/credit/recharge", { user_id: "ben", package: "50", channel: "simulate", idempotency_key: "a" });
await to(`/orders/${order.order_id}`);
await button("Ask its platform").click();
await page.locator(".saying.bad").waitFor();
await call("POST", `/api/payment/simulate/${order.order_id}`);
await page.locator(".card-head .badge", { hasText: "paid" }).waitFor();

// Queues.
await to("/queues");
const queue = page.locator("[data-testid=queue-tts]");
const mode = async () => (await get("/api/admin/overview")).queues.find((one) => one.service === "tts").mode;
await queue.getByRole("button", { name: "Pause…" }).click();
await confirm("Pause it");
await until("the pause", async () => (await mode()) === "paused");
await queue.getByRole("button", { name: "Drain…" }).click();
await confirm("Drain it");
await until("the drain", async () => (await mode()) === "draining");
await queue.getByRole("button", { name: "Resume" }).click();
await until("the resumption", async () => (await mode()) === "running");

// Prices: read again, quoted, and an edited book tried on what was billed. The present one is there
// to begin with.
await to("/prices");
await button("Read the book again").click();
await page.getByText("Nothing changed.").waitFor();
await page.locator(".filters").getByLabel("Service").selectOption("script");
await button("Quote").click();
await page.locator("[data-testid=quote]", { hasText: "5" }).waitFor();
assert.match(await page.locator("textarea").inputValue(), /^services:/m);
await page.locator("textarea").fill("services:\n  title: {mode: fixed, credits: 3}\n");
await button("Try it").click();
await page.locator("[data-testid=tried]", { hasText: "2 jobs: 2 credits became 6" }).waitFor();
await page.locator("textarea").fill("services:\n  title: {mode: fixed, credits: many}\n");
await button("Try it").click();
await page.getByText("The book has mistakes").waitFor();
assert.equal((await get("/api/points/prices")).services.title[0].credits, 1);
await button("Start over").click();
await button("Start over").waitFor({ state: "detached" });

// The books, expiry, keys.
await to("/audit");
await button("Run now…").click();
await confirm("Run it");
await page.locator("[data-testid=audit-run] .badge.good", { hasText: "clean" }).waitFor();
assert.equal((await get("/api/admin/overview")).audit.findings, 0);
await to("/workers");
await button("Expire credits now").click();
await page.locator(".saying.good").waitFor();
await to("/webhooks");
await button("Deliver again…").click();
await dialog.getByLabel("Made since").fill("2026-01-01T00:00");
await confirm("Deliver them");

await to("/keys");
await button("Make a key…").click();
await dialog.getByLabel("Name").fill("for the front desk");
await dialog.getByLabel("read").check();
await dialog.getByRole("button", { name: "Make it" }).click();
const secret = await page.locator("[data-testid=secret]").textContent();
assert.equal((await call("GET", "/api/session", undefined, { "X-Api-Key": secret })).json.name, "for the front desk");
await confirm("Close");

// Who may only look is offered nothing else; and is out as soon as the key is revoked.
const other = await open(browser);
await signIn(other, secret);
await other.goto(`${process.env.TALLYMAN_URL}/accounts/ann`);
await other.locator("[data-testid=balance]").waitFor();
assert.equal(await other.getByRole("button", { name: "Freeze…" }).count(), 0);
await page.locator("tr", { hasText: "for the front desk" }).getByRole("button", { name: "Revoke…" }).click();
await confirm("Revoke");
await other.locator("input[type=password]").waitFor();

// Nothing of it goes on after the end: the page itself ends its streams.
const streams = [];
page.on("requestfailed", (one) => one.url().endsWith("/api/events") && streams.push(one.failure().errorText));
await page.locator(".who").getByRole("button", { name: "Sign out" }).click();
await until("the end of the stream", () => streams.includes("net::ERR_ABORTED"));
await page.locator("input[type=password]").waitFor();
await page.reload();
await page.locator("input[type=password]").waitFor();
assert.deepEqual([...page.wrong, ...other.wrong], []);
await browser.close();
