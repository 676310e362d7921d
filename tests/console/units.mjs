// The parts of the console that need no browser: exact numbers, and QR codes.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.env.CONSOLE_SOURCES, "package.json"));
const esbuild = require("esbuild");
const folder = mkdtempSync(join(tmpdir(), "console-units-"));
const load = async (name) => {
  const outfile = join(folder, `${name}.mjs`);
  await esbuild.build({ entryPoints: [join(process.env.CONSOLE_SOURCES, `src/lib/${name}.ts`)], outfile, format: "esm", bundle: true, logLevel: "error" });
  return import(outfile);
};

const { parse, write, pretty } = await load("json");
const text = '{"a":9007199254740993,"b":-9223372036854775808,"c":12,"d":0.25,"e":"9007199254740993","f":["\\"1234567890123456789",9007199254740991],"g":1234567890123456.5}';
const told = parse(text);
assert.equal(told.a, 9007199254740993n);
assert.equal(told.b, -9223372036854775808n);
assert.deepEqual([told.c, told.d, told.e, told.f[0], told.f[1]], [12, 0.25, "9007199254740993", '"1234567890123456789', 9007199254740991]);
assert.equal(write({ a: told.a, e: told.e }), '{"a":9007199254740993,"e":"9007199254740993"}');
assert.match(pretty(told), /"b": -9223372036854775808,/);
assert.equal(pretty(undefined), "");

// Each was read by zbarimg as the text that it is of, when these were noted.
const { qr } = await load("qr");
const known = {
  "HELLO": "71bc9ab3ffcaa0d2",
  "weixin://wxpay/bizpayurl?pr=p4lpSuKzz": "ef127e46d7bf6c74",
  "https://qr.alipay.com/bax03431ljhokirwl38f00a7?and=so+on&so=forth-until-it-is-of-version-seven-or-more-which-has-more-parts": "4ebfe5512dd7e3ff",
};
for (const [words, mark] of Object.entries(known)) {
  const rows = qr(words).map((row) => row.map(Number).join("")).join("\n");
  assert.equal(createHash("sha256").update(rows).digest("hex").slice(0, 16), mark, words);
}
assert.equal(qr("a".repeat(214)), undefined);
rmSync(folder, { recursive: true });
