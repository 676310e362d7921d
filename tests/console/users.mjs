// The users' pages: by a token in the fragment, pasted, or from the page around them.
import assert from "node:assert/strict";
import { accessible, call, launch, open, settled, shoot, until, url } from "./browser.mjs";

const token = process.env.TALLYMAN_TOKEN;
const wrong = [];
const { json: mine } = await call("POST", "/api/jobs", { service: "script", user_id: "ann", input: { text: "<i>mine</i>" } });
await until("its end", async () => (await call("GET", `/api/jobs/${mine.id}`)).json.state === "completed");

const browser = await launch();
const page = await open(browser, { path: `/me#token=${token}` });
await page.locator("[data-testid=balance]", { hasText: "515" }).waitFor();
assert.equal(new URL(page.url()).hash, "");
assert.equal(await page.evaluate(() => document.documentElement.outerHTML.includes("eyJ")), false);
const go = (name) => page.locator("nav").getByRole("link", { name, exact: true }).click();
const see = async (name) => {
  await settled(page);
  wrong.push(...(await accessible(page, `me ${name}`)));
  await shoot(page, `me-${name}`);
};
await see("balance");
await go("Jobs");
await page.locator("tbody tr").first().waitFor();
await call("POST", "/api/jobs", { service: "title", user_id: "ann", input: { text: "t" } });
await page.locator("tbody tr", { hasText: "title" }).locator(".badge", { hasText: "completed" }).waitFor();
await see("jobs");
await go("Prices");
await page.getByText("voice_clone").waitFor();
await see("prices");

// A recharge, from the choice to the credits that have arrived, without a reload.
await go("Recharge");
await page.locator(".choice", { hasText: "550" }).click();
await see("recharge");
await page.getByLabel("Pay by").selectOption("wechat");
await page.getByRole("button", { name: "Order" }).click();
await page.locator("svg.qr").waitFor();
await see("qr");
await page.getByLabel("Pay by").selectOption("simulate");
await page.getByRole("button", { name: "Order" }).click();
await page.getByRole("button", { name: "Pay (trial)" }).click();
await page.locator("[data-testid=paying]", { hasText: "+550" }).waitFor();
await see("paid");
await go("Membership");
await page.locator(".choice", { hasText: "A quarter" }).click();
await page.getByLabel("Pay by").selectOption("simulate");
await page.getByRole("button", { name: "Order" }).click();
await page.getByRole("button", { name: "Pay (trial)" }).click();
await page.locator("[data-testid=paying]", { hasText: "Member until" }).waitFor();
await see("membership");
await go("History");
await page.locator("tbody tr").first().waitFor();
await see("history");

// On a phone, in Chinese, dark; the token is pasted.
const phone = await open(browser, { language: "zh", theme: "dark", phone: true, path: "/me/recharge" });
await phone.locator("input[type=password]").fill(token);
await phone.locator("button[type=submit]").click();
await phone.getByRole("heading", { name: "充值" }).waitFor();
await phone.locator(".choice").first().waitFor();
const wide = await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth);
assert.ok(wide <= 0, `${wide} pixels too wide`);
wrong.push(...(await accessible(phone, "me zh")));
await shoot(phone, "me-recharge-zh-dark-phone");


// Without a token, nothing; with a wrong one, the way back.
const stranger = await open(browser, { path: "/me#token=eyJhbGciOiJIUzI1NiJ9.e30.x" });
await stranger.locator("input[type=password]").waitFor();
assert.deepEqual([...wrong, ...page.wrong, ...phone.wrong, ...stranger.wrong], []);
await browser.close();
