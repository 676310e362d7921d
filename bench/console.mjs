// From the address to the first useful paint, in milliseconds: what bench/console.py tells.
import { launch, open, signIn, url } from "../tests/console/browser.mjs";

const visits = 7;
const screens = {
  "/": ".tile", "/jobs": "tbody tr", "/jobs?state=completed": "tbody tr", "/jobs?service=tts": "tbody tr",
  "/jobs?state=failed": ".empty, tbody tr", "/jobs/500000": ".timeline li", "/accounts/ann": ".expiry", "/queues": "tbody tr", "/orders": ".empty",
};
const browser = await launch();
const page = await open(browser);
await signIn(page);
const middle = (all) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)];
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
  console.log(`${path.padEnd(28)} useful ${told[0]} ms, first paint ${told[1]} ms, slowest ${told[2]} ms`);
}
await browser.close();
