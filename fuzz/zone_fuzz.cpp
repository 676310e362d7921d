// Bytes of a time zone's file: a zone, or none; a zone has an answer for every time.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/zone.h"
#include "config/zone_file.h"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const zone = config::parse_zone("Zone/File", {reinterpret_cast<char const*>(data), size});
    if (!zone) {
        return 0;
    }
    for (std::int64_t const ms :
         {std::int64_t{0}, std::int64_t{1'772'323'200'000}, std::int64_t{-2'208'988'800'000},
          std::int64_t{253'402'300'799'000}}) {
        auto const at = base::from_ms(ms);
        auto const day = base::day_start(*zone, at);
        CHECK(day <= at && at < base::next_day(*zone, at));
        CHECK(base::day_start(*zone, day) == day);
        CHECK(base::month_start(*zone, at) <= day && at < base::next_month(*zone, at));
    }
    return 0;
}
