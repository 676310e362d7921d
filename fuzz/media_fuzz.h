// What holds of every parser of media, whatever it is given.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "adapters/media/found.h"
#include "base/check.h"

namespace media_fuzz {

// The data over a long way, so that windows are small and move.
class Far : public adapters::ByteSource {
public:
    explicit Far(adapters::media::Bytes bytes) : bytes_{bytes} {}

    std::uint64_t size() const override { return bytes_.size(); }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        auto const from = static_cast<std::size_t>(std::min<std::uint64_t>(offset, bytes_.size()));
        auto const count = std::min(into.size(), bytes_.size() - from);
        std::memcpy(into.data(), bytes_.data() + from, count);
        return count;
    }

private:
    adapters::media::Bytes bytes_;
};

inline void check_sense(adapters::Measured (*parser)(adapters::media::Reader&),
                        adapters::media::Reader& reader) {
    auto const size = reader.size();
    try {
        auto const found = parser(reader);
        CHECK(found.audio.samples > 0 && found.audio.rate > 0);
        CHECK(!found.container.empty() && !found.codec.empty());
        CHECK(found.segments >= 1 && found.skipped_bytes <= size);
    } catch (adapters::media::Unmeasurable const& problem) {
        CHECK(!problem.error.code.empty() && !problem.error.message.empty());
    }
}

inline void check(adapters::Measured (*parser)(adapters::media::Reader&), std::uint8_t const* data,
                  std::size_t size) {
    auto const bytes = std::as_bytes(std::span{data, size});
    adapters::media::Reader near{bytes};
    check_sense(parser, near);
    Far source{bytes};
    adapters::media::Reader far{source};
    check_sense(parser, far);
}

}  // namespace media_fuzz
