// The web console's pages: files that were built into the program, sent as they are.
#pragma once

#include <span>
#include <string_view>

namespace worker::http {

struct Asset {
    std::string_view path;    // "index.html", "assets/app-3fK9.js"
    std::string_view type;    // Content-Type
    std::string_view etag;    // with its quotes
    std::string_view plain;   // the bytes
    std::string_view packed;  // the same by gzip; empty: not worth it
};

// All files of the console; empty where the program was built without it. The definition is made
// by console/build.sh.
std::span<Asset const> console_assets();

}  // namespace worker::http
