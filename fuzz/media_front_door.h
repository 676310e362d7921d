// The whole front door, with TagLib or without.
#pragma once

#include <cstddef>
#include <cstdint>

#include "adapters/media/measure.h"
#include "fuzz/media_fuzz.h"

namespace media_fuzz {

inline void check_result(adapters::MeasureResult const& result) {
    if (!result) {
        CHECK(!result.error().code.empty() && !result.error().message.empty());
        CHECK(result.error().message.find('\n') == std::string::npos);
        return;
    }
    CHECK(result->audio.samples > 0 || result->video.samples > 0);
    CHECK(adapters::to_millis(result->audio)->count() <= 6LL * 3'600 * 1'000);
    CHECK(!result->taglib || result->taglib->count() > 0);
}

inline void check_front_door(std::uint8_t const* data, std::size_t size, bool taglib) {
    auto const bytes = std::as_bytes(std::span{data, size});
    adapters::media::Limits const limits{.taglib = taglib};
    adapters::media::Reader near{bytes};
    check_result(adapters::media::measure(near, {}, limits));
    Far source{bytes};
    adapters::media::Reader far{source};
    check_result(adapters::media::measure(far, {}, limits));
}

}  // namespace media_fuzz
