// What every parser of media is held to, whatever the bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>

#include "adapters/media/found.h"
#include "base/check.h"

namespace fuzz {

// Bytes that are read one window after another.
class Windows : public adapters::ByteSource {
public:
    Windows(std::span<std::byte const> data, bool is_far) : data_{data}, far_{is_far} {}

    [[nodiscard]] std::uint64_t size() const override { return data_.size(); }

    [[nodiscard]] bool far() const override { return far_; }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        auto const length = std::min<std::size_t>(into.size(), data_.size() - offset);
        std::memcpy(into.data(), data_.data() + offset, length);
        return length;
    }

private:
    std::span<std::byte const> data_;
    bool far_;
};

template <typename Parser>
std::optional<adapters::Measured> answer(Parser parser, adapters::media::Reader& reader) {
    try {
        auto found = parser(reader);
        CHECK(found.audio.rate > 0 && found.video.rate > 0 && found.segments > 0);
        CHECK(found.audio.samples > 0 || found.video.samples > 0);
        CHECK(found.codec.empty() == (found.audio.samples == 0));
        return found;
    } catch (adapters::media::Unmeasurable const& error) {
        CHECK(!error.error.code.empty() && !error.error.message.empty());
        return std::nullopt;
    }
}

// The same from memory and by windows; a far source may be asked for less, so only its coming to an
// end is checked.
template <typename Parser>
void measure(Parser parser, std::uint8_t const* data, std::size_t size) {
    auto const bytes = std::as_bytes(std::span{data, size});
    adapters::media::Reader whole{bytes};
    auto const found = answer(parser, whole);
    Windows near{bytes, false};
    adapters::media::Reader by_windows{near};
    auto const again = answer(parser, by_windows);
    CHECK(found.has_value() == again.has_value());
    CHECK(!found || (found->audio == again->audio && found->video == again->video));
    Windows distant{bytes, true};
    adapters::media::Reader from_afar{distant};
    answer(parser, from_afar);
}

}  // namespace fuzz
