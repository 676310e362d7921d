// node pack.mjs FOLDER OUTPUT: every file of the folder, plain and by gzip, as a C++ file.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const [folder, output] = process.argv.slice(2);
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
};

// Octal escapes end after three digits, so what follows them can't change them.
function literal(bytes) {
  const lines = [];
  for (let at = 0; at < bytes.length; at += 4096) {
    let line = "";
    for (const byte of bytes.subarray(at, at + 4096)) {
      const plain = byte >= 32 && byte < 127 && byte !== 34 && byte !== 92 && byte !== 63;
      line += plain ? String.fromCharCode(byte) : "\\" + byte.toString(8).padStart(3, "0");
    }
    lines.push(`"${line}"`);
  }
  return `std::string_view{\n${lines.join("\n") || '""'}, ${bytes.length}}`;
}

const names = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
  .sort();
const rows = names.map((name) => {
  const plain = readFileSync(join(folder, name));
  const packed = gzipSync(plain, { level: 9 });
  const etag = createHash("sha256").update(plain).digest("hex").slice(0, 16);
  const type = types[extname(name)] ?? "application/octet-stream";
  return `    {"${name}", "${type}", "\\"${etag}\\"", ${literal(plain)}, ${literal(packed)}},`;
});
writeFileSync(
  output,
  `// The console's files, made by console/pack.mjs.
#include "worker/http/console.h"

#pragma GCC diagnostic ignored "-Woverlength-strings"

namespace {

constexpr worker::http::Asset assets[] = {
${rows.join("\n")}
};

}  // namespace

std::span<worker::http::Asset const> worker::http::console_assets() {
    return assets;
}
`,
);
