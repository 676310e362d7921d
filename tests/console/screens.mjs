// Every screen, in both languages, light and dark, wide and on a phone: reached by the way that a
// person takes, without a complaint of the browser's, and found accessible by axe.
import { accessible, call, key, launch, open, settled, shoot, signIn, until, url } from "./browser.mjs";

async function fill() {
  const jobs = Array.from({ length: 24 }, (_, n) => ({
    service: ["script", "tts", "title", "cover_design"][n % 4],
    user_id: ["ann", "李雷", "ben"][n % 3],
    input: { text: "Every credit is counted." },
  }));
  await call("POST", "/api/jobs/batch", { jobs });
  await call("POST", "/api/jobs", { service: "polish", user_id: "ann", input: { text: "speak" } });
  await call("POST", "/api/jobs", { service: "script", user_id: "ann", input: { simulate: { outcome: "failed_final" } } });
  await call("POST", "/api/jobs", { service: "script", user_id: "ann", input: {}, run_at: Date.now() + 3600e3 });
  const week = Date.now() + 5 * 86400e3;
  await call("POST", "/api/admin/accounts/ann/grant", { kind: "bonus", credits: 250, reason: "spring", reference: "a", expires_at: week });
  await call("POST", "/api/admin/accounts/ann/grant", { kind: "bonus", credits: 400, reason: "autumn", reference: "b", expires_at: week + 15 * 86400e3 });
  const order = await call("POST", "/api/v1/credit/recharge", { user_id: "ann", package: "50", channel: "simulate", idempotency_key: "a" });
  await call("POST", `/api/payment/simulate/${order.json.order_id}`);
  await call("POST", "/api/v1/credit/recharge", { user_id: "ben", package: "10", channel: "simulate", idempotency_key: "a" });
  await call("POST", "/api/admin/queues/video/pause");
  const held = await call("POST", "/api/jobs", { service: "video", user_id: "ann", input: { duration: 4 } });
  if (held.status !== 201) throw new Error(held.text);
  const ended = async (state) => (await call("GET", `/api/jobs?state=${state}&limit=100`)).json.jobs.length;
  await until("the jobs' ends", async () => (await ended("completed")) >= 25 && (await ended("failed")) >= 1);
  return order.json.order_id;
}

const order = await fill();
const spoken = (await call("GET", "/api/jobs?service=polish")).json.jobs[0].id;
const failed = (await call("GET", "/api/jobs?state=failed")).json.jobs[0].id;
const screens = {
  overview: ["/", ".chart"], jobs: ["/jobs", "tbody tr"], job: [`/jobs/${spoken}`, "audio"], failed: [`/jobs/${failed}`, "[data-testid=job-error]"],
  accounts: ["/accounts", "tbody tr"], account: ["/accounts/ann", ".expiry"], orders: ["/orders", "tbody tr"], order: [`/orders/${order}`, ".facts"],
  prices: ["/prices", "tbody tr"], providers: ["/providers", "tbody tr"], queues: ["/queues", "tbody tr"], workers: ["/workers", "tbody tr"],
  webhooks: ["/webhooks", ".empty, tbody tr"], audit: ["/audit", ".prose"], keys: ["/keys", "tbody tr"],
};
const words = { en: ["Overview", "Jobs"], zh: ["概览", "任务"] };
const wrong = [];
const browser = await launch();

// What the server tells is in the page's language as well.
async function chinese(page, name) {
  if (name === "overview") await page.locator(".attention", { hasText: "队列已暂停" }).waitFor();
  if (name !== "prices") return;
  const told = await page.locator("[aria-label=价目表] td:nth-child(5)").allTextContents();
  if (told.length === 0 || told.some((words) => /[a-z]{2}/.test(words))) wrong.push(`prices in English: ${told.join(" | ")}`);
}

async function tour(language, theme, phone) {
  const page = await open(browser, { language, theme, phone });
  await page.locator("input[type=password]").waitFor();
  wrong.push(...(await accessible(page, `sign-in ${language} ${theme}`)));
  await shoot(page, `signin-${language}-${theme}`);
  await signIn(page);
  const title = await page.locator("h1").textContent();
  if (title !== words[language][0]) wrong.push(`the overview is called ${title}`);
  for (const [name, [path, mark]] of Object.entries(screens)) {
    const top = `/${path.split("/")[1]}`;
    if (phone) await page.locator(".menu").click();
    await page.locator(`nav a[href="${top}"]`).click();
    if (path !== top) await page.evaluate((to) => { history.pushState(null, "", to); dispatchEvent(new PopStateEvent("popstate")); }, path);
    await page.locator(mark).first().waitFor();
    await settled(page);
    if (language === "zh") await chinese(page, name);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wide > 0) wrong.push(`${name} ${language} is ${wide} pixels wider than ${phone ? "the phone" : "the window"}`);
    await shoot(page, `${name}-${language}-${theme}${phone ? "-phone" : ""}`);
    wrong.push(...(await accessible(page, `${name} ${language} ${theme}`)));
  }
  wrong.push(...page.wrong);
  await page.context().close();
}

// A deep link is signed in to and then shown; the keyboard alone gets to the search and a job.
async function keyboard() {
  const page = await open(browser, { path: "/jobs?state=failed" });
  await page.locator("input[type=password]:focus").waitFor();
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.locator("tbody tr").first().waitFor();
  const states = await page.locator("tbody .badge").allTextContents();
  if (states.some((state) => state !== "failed")) wrong.push(`filtered by the address: ${states}`);
  await page.keyboard.press("/");
  await page.keyboard.type(spoken);
  await page.keyboard.press("Enter");
  await page.locator("audio").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("user:ben state:completed");
  await page.keyboard.press("Enter");
  await until("the filter", () => page.url() === `${url}/jobs?user_id=ben&state=completed`);
  await page.context().close();
}

await Promise.all([tour("en", "light", false), tour("zh", "dark", true).then(keyboard)]);
await browser.close();
if (wrong.length > 0) {
  console.log(wrong.join("\n"));
  process.exit(1);
}
