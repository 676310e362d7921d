// A frame's first byte says of which type it is, and the type how long it is. Nothing marks a
// frame, so that where a type is none the place of all further frames is unknown: that is an error.
#include "adapters/media/amr.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "adapters/media/tags.h"

namespace adapters::media {

namespace {

using Lengths = std::array<std::uint8_t, 16>;  // by type, with the first byte; 0: no such type

struct Band {
    std::string_view magic;
    std::string_view codec;
    std::uint32_t rate = 0;
    Lengths lengths;

    [[nodiscard]] std::uint32_t samples() const { return rate / 50; }
};

constexpr std::array<Band, 2> bands{
    Band{.magic = "#!AMR\n",
         .codec = "amr_nb",
         .rate = 8'000,
         .lengths = {13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1}},
    Band{.magic = "#!AMR-WB\n",
         .codec = "amr_wb",
         .rate = 16'000,
         .lengths = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1}},
};
constexpr std::size_t longest_magic = 16;

Band const* band_at(Bytes bytes) {
    auto const* const found = std::ranges::find_if(
        bands, [bytes](Band const& band) { return matches(bytes, 0, band.magic); });
    return found == bands.end() ? nullptr : found;
}

// Frames of one band up to the end, or to where another file was appended.
class Count {
public:
    Count(Reader& reader, std::uint64_t end) : reader_{reader}, end_{end} {}

    Measured run() {
        while (at_ < end_ && !found_.truncated) {
            auto const head = reader_.at(at_, longest_magic);
            end_ = std::min(end_, reader_.size());
            if (head.empty()) {
                found_.truncated = true;
            } else if (auto const* const band = band_at(head)) {
                open(*band);
            } else {
                frame(u8(head, 0));
            }
        }
        if (band_ != nullptr && frames_ > 0) {
            close();
        }
        if (sum_.empty()) {
            fail("no_audio", "there is no whole frame of AMR");
        }
        found_.audio = sum_.total();
        if (found_.truncated) {
            found_.note = "the data ends within a frame";
        }
        return std::move(found_);
    }

private:
    void open(Band const& band) {
        if (band_ == nullptr) {
            found_.container = "amr";
            found_.codec = band.codec;
        } else if (frames_ > 0) {
            close();
        }
        band_ = &band;
        at_ += band.magic.size();
    }

    void close() {
        sum_.add(frames_ * band_->samples(), band_->rate);
        found_.segments = ++recordings_;
        frames_ = 0;
    }

    void frame(std::uint8_t first) {
        std::uint64_t const length = band_ == nullptr ? 0U : band_->lengths[first >> 3 & 15];
        if (length == 0) {
            fail("damaged", fmt::format("at byte {} there is no frame of AMR", at_));
        }
        if (length > end_ - at_) {
            found_.truncated = true;
            return;
        }
        at_ += length;
        ++frames_;
    }

    Reader& reader_;
    std::uint64_t end_;
    std::uint64_t at_ = 0;
    Band const* band_ = nullptr;
    std::uint64_t frames_ = 0;
    int recordings_ = 0;
    Sum sum_;
    Measured found_;
};

}  // namespace

Measured measure_amr(Reader& reader) {
    auto const head = reader.at(0, longest_magic);
    if (matches(head, 0, "#!AMR_MC1.0\n") || matches(head, 0, "#!AMR-WB_MC1.0\n")) {
        fail("unsupported", "AMR of several channels");
    }
    if (band_at(head) == nullptr) {
        fail("not_audio", "it does not begin as AMR does");
    }
    return Count{reader, before_trailing_tags(reader, 0)}.run();
}

bool looks_like_amr(Bytes head) {
    return matches(head, 0, "#!AMR");
}

}  // namespace adapters::media
