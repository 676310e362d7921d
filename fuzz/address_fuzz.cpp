// Whatever is written as the address of Redis or of a store: it is read or refused, and no message
// and no text for people has the password.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/postgres/open.h"
#include "adapters/redis/settings.h"
#include "adapters/store.h"
#include "base/check.h"

namespace {

constexpr std::string_view secret = "Zq7.very-secret";

void check_redis(std::string const& url, std::vector<std::string> const& sentinels) {
    try {
        auto const read = adapters::redis::parse({.url = url,
                                                  .password = std::string{secret},
                                                  .sentinels = sentinels,
                                                  .master = sentinels.empty() ? "" : "m"});
        CHECK(read.database >= 0 && read.database <= 65'535);
        CHECK(!to_text(read).contains(secret));
        CHECK(!read.place.host.empty() || !read.place.path.empty() || !read.sentinels.empty());
    } catch (adapters::Unusable const& error) {
        CHECK(std::string_view{error.what()}.starts_with("redis."));
        CHECK(!std::string_view{error.what()}.contains(secret));
    }
}

}  // namespace

// The first line is the address, the others are sentinels.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    std::string_view text{reinterpret_cast<char const*>(data), size};
    if (text.contains(secret)) {  // then it may be shown
        return 0;
    }
    std::string const url{text.substr(0, text.find('\n'))};
    text.remove_prefix(std::min(url.size() + 1, text.size()));
    std::vector<std::string> sentinels;
    while (!text.empty() && sentinels.size() < 5) {
        sentinels.emplace_back(text.substr(0, text.find('\n')));
        text.remove_prefix(std::min(sentinels.back().size() + 1, text.size()));
    }
    check_redis(url, sentinels);
    // A password where an address has one, in front of a host that is anything.
    std::string const rest = url.substr(0, url.find_first_of("/@?"));
    auto const store = "postgres://tallyman:" + std::string{secret} + "@" + rest + "/billing";
    CHECK(!adapters::without_password(store).contains(secret));
    CHECK(adapters::without_password(url).size() <= url.size() + 3);
    return 0;
}
