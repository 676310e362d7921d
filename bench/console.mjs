// From the address to the first useful paint, in milliseconds: what bench/console.py tells. Ends with
// 1 where a screen took longer than LIMIT_MS.
import { call, launch, open, signIn, url } from "../tests/console/browser.mjs";

const visits = 7;
const { json: newest } = await call("GET", "/api/jobs?limit=1");
const middle_job = BigInt(newest.jobs[0].id) / 2n;
const { json: accounts } = await call("GET", "/api/admin/accounts?order=user_id&limit=1");
const begins = accounts.accounts[0].user_id.slice(0, 3);
const screens = {
  "/": ".tile", "/jobs": "tbody tr", "/jobs?state=completed": "tbody tr", "/jobs?service=tts": "tbody tr", "/jobs?service=video": ".empty",
  "/jobs?state=failed": "tbody tr", "/jobs?state=queued": ".empty, tbody tr", "/jobs?user_id=ann&state=failed": "tbody tr", [`/jobs/${middle_job}`]: ".timeline li",
  "/accounts": "tbody tr", [`/accounts?prefix=${begins}`]: "tbody tr", "/accounts/ann": ".expiry", "/queues": "tbody tr", "/orders": ".empty",
};
const browser = await launch();
const page = await open(browser);
await signIn(page);
const middle = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
let late = 0;
for (const [path, mark] of Object.entries(screens)) {
  const useful = [];
  const first = [];
  const view = await page.context().newPage();
  // Noted in the page, at the frame after the mark has come, by the page's own clock.
  await view.addInitScript((what) => {
    new MutationObserver((_, watcher) => {
      if (!document.querySelector(what)) return;
      watcher.disconnect();
      requestAnimationFrame(() => setTimeout(() => (window.useful = performance.now())));
    }).observe(document, { childList: true, subtree: true });
  }, mark);
  for (let visit = 0; visit < visits; visit += 1) {
    await view.goto("about:blank");
    await view.goto(url + path, { waitUntil: "commit" });
    await view.waitForFunction(() => window.useful !== undefined);
    const times = await view.evaluate(() => [window.useful, performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0]);
    useful.push(times[0]);
    first.push(times[1]);
  }
  await view.close();
  const told = [middle(useful), middle(first), Math.max(...useful)].map(Math.round);
  if (told[0] > Number(process.env.LIMIT_MS)) late += 1;
  console.log(`${path.padEnd(34)} useful ${told[0]} ms, first paint ${told[1]} ms, slowest ${told[2]} ms`);
}
await browser.close();
process.exit(late > 0 ? 1 : 0);
