// The users' pages in a frame of another site: the one that is let in hands over the token and its
// colours; nobody else gets a word in.
import assert from "node:assert/strict";
import { call, launch, open, until, url } from "./browser.mjs";

const token = process.env.FRAMED_TOKEN;
const friend = process.env.FRIEND;
const stranger = process.env.STRANGER;
await call("PUT", "/api/accounts/fay", {});
const browser = await launch();
const page = await open(browser);
const policy = (await fetch(`${url}/me`)).headers.get("content-security-policy");
assert.match(policy, new RegExp(`frame-ancestors 'self' ${friend}$`));
assert.match((await fetch(url)).headers.get("content-security-policy"), /frame-ancestors 'none'$/);

// A page around it that keeps what it is told.
const around = async (origin, path = "/me") => {
  await page.goto(origin);
  await page.evaluate((address) => {
    window.heard = [];
    addEventListener("message", (event) => window.heard.push([event.origin, event.data?.type]));
    const frame = document.createElement("iframe");
    frame.src = address;
    frame.id = "me";
    document.body.append(frame);
  }, url + path);
  return page.frameLocator("#me");
};
const heard = () => page.evaluate(() => window.heard);
const post = (message, to = url) => page.evaluate(([what, origin]) => document.querySelector("#me").contentWindow.postMessage(what, origin), [message, to]);
const style = (frame, name) => frame.locator("html").evaluate((it, which) => it.style.getPropertyValue(which), name);

const me = await around(friend, "/me?lang=zh&theme=dark");
await me.locator("input[type=password]").waitFor();
await until("its word", async () => (await heard()).some(([origin, type]) => origin === url && type === "tallyman.ready"));
await post({ type: "tallyman.theme", variables: { "--accent": "rgb(1, 2, 3)", "--radius": "0px", "--ground": "url(https://evil.example/x)", "--other": "red", "background": "red", "--text": 7 } });
await post({ type: "tallyman.token", token });
await me.locator("[data-testid=balance]", { hasText: "520" }).waitFor();
await me.getByRole("heading", { name: "余额" }).waitFor();
assert.equal(await me.locator("html").getAttribute("data-theme"), "dark");
assert.equal(await style(me, "--accent"), "rgb(1, 2, 3)");
assert.deepEqual([await style(me, "--ground"), await style(me, "--other"), await style(me, "background"), await style(me, "--text")], ["", "", "", ""]);
assert.equal(await me.locator("a.button.primary").evaluate((it) => getComputedStyle(it).backgroundColor), "rgb(1, 2, 3)");

// A frame of a stranger beside it, and what the stranger says through its neighbour.
await page.evaluate((address) => {
  const frame = document.createElement("iframe");
  frame.src = address;
  frame.name = "stranger";
  document.body.append(frame);
}, stranger);
await until("the stranger", () => page.frame({ name: "stranger" })?.url().startsWith(stranger));
await page.frame({ name: "stranger" }).evaluate(() => {
  for (const type of ["tallyman.token", "tallyman.theme"]) parent.frames[0].postMessage({ type, token: "", variables: { "--accent": "rgb(9, 9, 9)" } }, "*");
});
// Messages come in order: once the friend's next is in force, the stranger's have been passed over.
await post({ type: "tallyman.theme", variables: { "--radius": "3px" } });
await until("the friend's word", async () => (await style(me, "--radius")) === "3px");
assert.equal(await style(me, "--accent"), "rgb(1, 2, 3)");
await me.locator("[data-testid=balance]", { hasText: "520" }).waitFor();

// A token that is over is asked for again.
await post({ type: "tallyman.token", token: "eyJhbGciOiJIUzI1NiJ9.e30.x" });
await until("that another token is wanted", async () => (await heard()).some(([, type]) => type === "tallyman.token_wanted"));
await post({ type: "tallyman.token", token });
await me.locator("[data-testid=balance]", { hasText: "520" }).waitFor();

// A stranger may neither frame it, nor frame the friend that does, nor speak to it as its opener.
page.wrong.length = 0;
await around(stranger);
await until("the refusal", () => page.wrong.some((line) => /frame-ancestors/.test(line)));
assert.deepEqual(await heard(), []);
const popup = page.waitForEvent("popup");
await page.evaluate((address) => void (window.opened = open(address)), `${url}/me`);
const window_of_its_own = await popup;
await window_of_its_own.locator("input[type=password]").waitFor();
await page.evaluate(([what, origin]) => window.opened.postMessage({ type: "tallyman.token", token: what }, origin), [token, url]);
await page.evaluate(() => window.opened.postMessage({ type: "tallyman.theme", variables: { "--accent": "red" } }, "*"));
await window_of_its_own.locator("input[type=password]").fill("typed by hand");
assert.equal(await window_of_its_own.locator("input[type=password]").count(), 1);
assert.equal(await window_of_its_own.evaluate(() => document.documentElement.style.getPropertyValue("--accent")), "");
await browser.close();
