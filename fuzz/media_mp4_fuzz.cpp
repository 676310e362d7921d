// Any boxes, near and far: a length that makes sense, or an error with a name.
#include <cstddef>
#include <cstdint>

#include "adapters/media/mp4.h"
#include "fuzz/media_fuzz.h"

namespace {

void check(adapters::media::Reader& reader) {
    auto const size = reader.size();
    try {
        auto const found = adapters::media::measure_mp4(reader);
        CHECK(found.codec.empty() || (found.audio.samples > 0 && found.audio.rate > 0));
        CHECK(found.video_codec.empty() || (found.video.samples > 0 && found.video.rate > 0));
        CHECK(!found.codec.empty() || !found.video_codec.empty());
        CHECK(found.skipped_bytes <= size);
    } catch (adapters::media::Unmeasurable const& problem) {
        CHECK(!problem.error.code.empty() && !problem.error.message.empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const bytes = std::as_bytes(std::span{data, size});
    adapters::media::Reader near{bytes};
    check(near);
    media_fuzz::Far source{bytes};
    adapters::media::Reader far{source};
    check(far);
    return 0;
}
