// One Chromium for all scripts of a run: prints where it listens, ends with its standard input.
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(join(process.env.CONSOLE_PACKAGES, "package.json"));
const { chromium } = require("playwright-core");

const server = await chromium.launchServer({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
});
console.log(server.wsEndpoint());
process.stdin.on("end", () => void server.close().then(() => process.exit(0)));
process.stdin.resume();
