// Bounds that no lawful file crosses: silence may take next to nothing, a picture in a tag
// megabytes.
#include "adapters/media/plausible.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace adapters::media {

namespace {

__extension__ using Wide = unsigned __int128;

struct Bounds {
    std::string_view codec;
    std::uint64_t least = 0;  // bits a second
    std::uint64_t most = 0;   // 0: none
};

constexpr std::uint64_t lossy_at_most = 10'000'000;

// The least is what the codec needs for silence: a frame's few bytes in as long a frame as there
// is.
constexpr std::array bounds{
    Bounds{"mp1", 4'000, lossy_at_most},  // a frame takes 8 kb/s by its header
    Bounds{"mp2", 4'000, lossy_at_most},
    Bounds{"mp3", 4'000, lossy_at_most},
    Bounds{"aac", 100, lossy_at_most},  // 4 bytes in 2048 samples
    Bounds{"ac3", 4'000, lossy_at_most},
    Bounds{"eac3", 1'000, lossy_at_most},
    Bounds{"amr_nb", 300, lossy_at_most},  // a byte in 20 ms
    Bounds{"amr_wb", 300, lossy_at_most},
    Bounds{"speex", 50, lossy_at_most},
    Bounds{"opus", 50, lossy_at_most},   // a byte in 120 ms
    Bounds{"vorbis", 5, lossy_at_most},  // a byte in 4096 samples
    Bounds{"flac", 5, 0},                // 14 bytes in 65535 samples
    Bounds{"alac", 10, 0},
};

// A file without frames of a known kind, and PCM, whose bytes are what was counted.
constexpr Bounds others{"", 1, 0};

// Tags with pictures in them, which are none of the codec's.
constexpr std::uint64_t tags_at_most = std::uint64_t{32} << 20;

Bounds bounds_of(std::string_view codec) {
    auto const* const found = std::ranges::find(bounds, codec, &Bounds::codec);
    return found == bounds.end() ? others : *found;
}

MediaError refuse(std::string message) {
    return {.code = "implausible", .message = std::move(message)};
}

std::optional<MediaError> unlikely_rate(Measured const& measured, std::uint64_t bytes) {
    auto const [codec, least, most] = bounds_of(measured.codec);
    auto const bits = Wide{bytes} * 8 * measured.audio.rate;
    if (bits < Wide{measured.audio.samples} * least) {
        return refuse(fmt::format("{} samples at {} Hz in {} bytes are fewer bits than {} can have",
                                  measured.audio.samples, measured.audio.rate, bytes,
                                  measured.codec));
    }
    auto const rest = bytes - std::min(bytes, tags_at_most);
    auto const rest_bits = Wide{rest} * 8 * measured.audio.rate;
    if (most != 0 && measured.video_codec.empty() &&
        rest_bits > Wide{measured.audio.samples} * most) {
        return refuse(fmt::format("{} bytes are too many for {} samples of {} at {} Hz", bytes,
                                  measured.audio.samples, measured.codec, measured.audio.rate));
    }
    return std::nullopt;
}

std::optional<MediaError> unlikely_length(Length const& length, base::Millis max_duration) {
    auto const millis = to_millis(length);
    if (!millis || *millis > max_duration) {
        return refuse(fmt::format("{} samples at {} Hz are longer than the {} that are allowed",
                                  length.samples, length.rate, base::to_text(max_duration)));
    }
    return std::nullopt;
}

}  // namespace

std::optional<MediaError> implausible(Measured const& measured, std::uint64_t bytes,
                                      base::Millis max_duration) {
    bool const audio = !measured.codec.empty();
    bool const video = !measured.video_codec.empty();
    if ((audio && measured.audio.samples == 0) || (video && measured.video.samples == 0) ||
        (!audio && !video)) {
        return refuse("there is not a single sample in it");
    }
    if (video) {
        if (auto error = unlikely_length(measured.video, max_duration)) {
            return error;
        }
    }
    if (!audio) {
        return std::nullopt;
    }
    auto error = unlikely_length(measured.audio, max_duration);
    return error ? error : unlikely_rate(measured, bytes);
}

std::optional<MediaError> disagreement(Length const& length, std::optional<base::Millis> hinted,
                                       std::optional<std::size_t> characters) {
    constexpr std::int64_t silence_ms = 2'000;
    constexpr std::int64_t least_apart_ms = 500;
    auto const millis = to_millis(length);
    if (!millis) {
        return refuse("it is longer than can be said");
    }
    auto const ms = millis->count();
    if (hinted) {
        auto const said = hinted->count();
        auto const apart = Wide(said > ms ? said : ms) - Wide(said > ms ? ms : said);
        auto const longer = std::max(said, ms);
        if (said < 0 || apart > Wide(std::max(least_apart_ms, longer / 20))) {
            return MediaError{"hint_differs",
                              fmt::format("the provider says {} ms, it is {} ms", said, ms)};
        }
    }
    if (characters && *characters > 0) {
        auto const count = Wide{*characters} * 1'000;
        bool const slow = Wide(ms) * 3 > count + Wide{3} * silence_ms;
        bool const fast = (Wide(ms) + silence_ms) * 25 < count;
        if (slow || fast) {
            return MediaError{"unlikely_speech",
                              fmt::format("{} characters in {} ms", *characters, ms)};
        }
    }
    return std::nullopt;
}

}  // namespace adapters::media
