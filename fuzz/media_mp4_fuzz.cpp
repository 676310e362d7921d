// Any boxes, near and far: a length that makes sense, or an error with a name.
#include <cstddef>
#include <cstdint>
#include <vector>

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

// A quarter of a megabyte of nothing in the middle: far enough for walks that take short cuts.
std::vector<std::byte> stretched(adapters::media::Bytes bytes) {
    auto const half = bytes.first(bytes.size() / 2);
    std::vector<std::byte> longer{half.begin(), half.end()};
    longer.resize(longer.size() + (std::size_t{256} << 10));
    longer.insert(longer.end(), bytes.begin() + static_cast<std::ptrdiff_t>(half.size()),
                  bytes.end());
    return longer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
    auto const bytes = std::as_bytes(std::span{data, size});
    adapters::media::Reader near{bytes};
    check(near);
    media_fuzz::Far source{bytes};
    adapters::media::Reader far{source};
    check(far);
    auto const longer = stretched(bytes);
    media_fuzz::Far long_source{longer};
    adapters::media::Reader long_way{long_source};
    check(long_way);
    return 0;
}
