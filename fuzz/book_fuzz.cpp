// Any text is a price book or a list of problems; a book has a version and periods that ascend.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "config/load.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const loaded =
        config::parse_book({reinterpret_cast<char const*>(data), size}, "prices.yaml");
    CHECK(loaded.value.has_value() == loaded.problems.empty());
    for (auto const& problem : loaded.problems) {
        CHECK(!problem.what.empty());
    }
    if (!loaded.value) {
        return 0;
    }
    CHECK(loaded.value->version == version_of(*loaded.value));
    for (auto const& [name, periods] : loaded.value->services) {
        CHECK(!periods.empty() && periods.front().from == base::Timestamp{});
        for (std::size_t at = 1; at < periods.size(); ++at) {
            CHECK(periods[at - 1].from < periods[at].from);
        }
    }
    return 0;
}
