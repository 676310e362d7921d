// Whatever is called a URL: it is refused, or it means the same when it is written down and read
// again, and nothing in it could end a line of a request or name another host.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "adapters/fetch/url.h"
#include "base/check.h"

namespace {

using adapters::fetch::join;
using adapters::fetch::parse_url;
using adapters::fetch::Url;

bool fits_in_a_line(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

void check_sense(Url const& url) {
    CHECK(!url.host.empty() && url.host.size() <= 253 && url.port != 0);
    CHECK(url.path.starts_with('/') && (url.query.empty() || url.query.starts_with('?')));
    CHECK(fits_in_a_line(url.host) && fits_in_a_line(url.path) && fits_in_a_line(url.query));
    CHECK(url.host.find_first_of("@/?#\\%[]") == std::string::npos);
    CHECK(url.address.has_value() || !url.host.contains(':'));
    auto const again = parse_url(url.origin() + url.path + url.query);
    CHECK(again && *again == url);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view const text{reinterpret_cast<char const*>(data), size};
    auto const url = parse_url(text);
    if (url) {
        check_sense(*url);
    } else {
        CHECK(url.error().code == "bad_url" && !url.error().message.empty());
    }
    auto const base = parse_url("https://base.example/a/b?c");
    if (auto const joined = join(*base, text)) {
        check_sense(*joined);
    }
    return 0;
}
