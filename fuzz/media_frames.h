// What holds for every measure of frames, whatever the bytes are.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>

#include "adapters/media/found.h"
#include "adapters/media/reader.h"
#include "base/check.h"

namespace fuzz {

using adapters::Measured;
using adapters::MeasureResult;
using adapters::media::Bytes;
using adapters::media::Reader;

// The same bytes, but they have to be fetched.
class Far : public adapters::ByteSource {
public:
    explicit Far(Bytes bytes) : bytes_{bytes} {}

    [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        CHECK(offset < bytes_.size());
        auto const rest = bytes_.subspan(offset);
        auto const count = std::min(rest.size(), into.size());
        std::ranges::copy(rest.first(count), into.begin());
        return count;
    }

private:
    Bytes bytes_;
};

inline MeasureResult answer(Measured (*measure)(Reader&), Reader& reader) {
    try {
        return measure(reader);
    } catch (adapters::media::Unmeasurable const& error) {
        return std::unexpected{error.error};
    }
}

inline void check_frames(Measured (*measure)(Reader&), std::uint8_t const* data, std::size_t size) {
    auto const bytes = std::as_bytes(std::span{data, size});
    Reader near{bytes};
    Far source{bytes};
    Reader far{source};
    auto const one = answer(measure, near);
    auto const other = answer(measure, far);
    CHECK(one.has_value() == other.has_value());
    if (!one) {
        CHECK(!one.error().code.empty() && !one.error().message.empty());
        CHECK(one.error().code == other.error().code);
        return;
    }
    CHECK(one->audio == other->audio && one->skipped_bytes == other->skipped_bytes);
    CHECK(one->audio.samples > 0 && one->audio.rate > 0 && one->segments > 0);
    CHECK(one->skipped_bytes < size && !one->codec.empty() && !one->container.empty());
}

}  // namespace fuzz
