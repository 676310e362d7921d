// Debian's Chromium, driven; what every test of the console starts with.
import { createRequire } from "node:module";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.CONSOLE_PACKAGES, "package.json"));
const { chromium } = require("playwright-core");
const axe = require("axe-core");

export const url = process.env.TALLYMAN_URL;
export const key = process.env.TALLYMAN_KEY;
export const shots = process.env.CONSOLE_SHOTS;
mkdirSync(shots, { recursive: true });

// A browser of its own, or the one that all scripts of a run share.
export async function launch() {
  if (process.env.CONSOLE_BROWSER) return chromium.connect(process.env.CONSOLE_BROWSER);
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

// A page that nothing went wrong on: whatever its console complains of is kept in `page.wrong`.
export async function open(browser, { theme = "light", language = "en", phone = false, path = "/" } = {}) {
  const context = await browser.newContext({
    locale: language === "zh" ? "zh-CN" : "en-GB",
    timezoneId: "Asia/Shanghai",
    colorScheme: theme,
    viewport: phone ? { width: 390, height: 844 } : { width: 1440, height: 900 },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  page.wrong = [];
  page.on("pageerror", (error) => page.wrong.push(String(error)));
  page.on("console", (message) => {
    const expected = /status of 40[0-9]|status of 42[0-9]/.test(message.text());
    if (message.type() === "error" && !expected) page.wrong.push(message.text());
  });
  page.on("dialog", (dialog) => {
    page.wrong.push(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.setDefaultTimeout(40000);
  await page.goto(url + path);
  return page;
}

export async function signIn(page, secret = key) {
  await page.locator("input[type=password]").fill(secret);
  await page.locator("button[type=submit]").click();
  await page.locator("#main h1").waitFor();
}

export async function call(method, path, body, headers = { "X-Api-Key": key }) {
  const response = await fetch(url + path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: text.startsWith("{") ? JSON.parse(text) : undefined };
}

export async function until(what, check, deadline = 60000) {
  const end = Date.now() + deadline;
  for (;;) {
    const found = await check();
    if (found) return found;
    if (Date.now() > end) throw new Error(`it never came: ${what}`);
    await new Promise((go) => setTimeout(go, 50));
  }
}

// WCAG 2.2 AA as far as a program can tell.
export async function accessible(page, name) {
  // axe is run by the debugger, which the page's policy does not bind; once for all screens of a page.
  if (!(await page.evaluate(() => window.axe !== undefined))) await page.evaluate(axe.source);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.map((one) => `${name}: ${one.id}: ${one.help} (${one.nodes.map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "")).slice(0, 3).join("; ")})`);
}

// What most scripts press: buttons by their names, and the dialog that they open.
export function hands(page) {
  const dialog = page.locator("dialog");
  return {
    dialog,
    button: (name) => page.getByRole("button", { name, exact: true }),
    // To another screen, as a link goes there.
    to: (path) => page.evaluate((at) => { history.pushState(null, "", at); dispatchEvent(new PopStateEvent("popstate")); }, path),
    confirm: async (name) => {
      await dialog.getByRole("button", { name, exact: true }).click();
      await dialog.waitFor({ state: "detached" });
    },
  };
}

export const shoot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`) });

// Nothing is being loaded any more.
export const settled = (page) => until("what is being loaded", async () => (await page.locator("div.busy").count()) === 0);
