// Nothing here trusts an Answer: each field is looked at before it is used.
#include "adapters/media/crew/answer.h"

#include <string>

namespace adapters::media::crew {

namespace {

// How many bytes the UTF-8 character at the start has; zero if there is none. Long forms,
// surrogates and control characters are none.
std::size_t character(std::string_view text) {
    auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    auto const first = byte(0);
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7F ? 1 : 0;
    }
    std::size_t const size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) {
        return 0;
    }
    char32_t value = first & (0x7FU >> size);
    for (std::size_t at = 1; at < size; ++at) {
        if ((byte(at) & 0xC0) != 0x80) {
            return 0;
        }
        value = value << 6 | (byte(at) & 0x3FU);
    }
    bool const surrogate = value >= 0xD800 && value < 0xE000;
    constexpr std::array<char32_t, 5> least{0, 0, 0xA0, 0x800, 0x1'0000};
    return value >= least[size] && value <= 0x10'FFFF && !surrogate ? size : 0;
}

std::string harmless(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        auto const size = character(text);
        result += size == 0 ? std::string_view{"?"} : text.substr(0, size);
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return result;
}

bool is_word(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    });
}

template <std::size_t room>
bool ends(Text<room> const& text) {
    return text.back() == '\0';
}

bool possible(Answer const& answer) {
    Length const audio{.samples = answer.samples, .rate = answer.rate};
    Length const video{.samples = answer.video_samples, .rate = answer.video_rate};
    bool const something = answer.codec[0] != '\0' ? audio.samples > 0 : answer.video_codec[0] != 0;
    return something && to_millis(audio) && to_millis(video) && answer.basis <= 2 &&
           answer.segments >= 1 && answer.taglib_ms >= 0 && is_word(view(answer.container)) &&
           is_word(view(answer.codec)) && is_word(view(answer.video_codec));
}

MeasureResult measured(Answer const& answer) {
    Measured result{.container = std::string{view(answer.container)},
                    .codec = std::string{view(answer.codec)},
                    .audio = {.samples = answer.samples, .rate = answer.rate},
                    .basis = static_cast<Basis>(answer.basis),
                    .exact = answer.exact != 0,
                    .truncated = answer.truncated != 0,
                    .segments = answer.segments,
                    .skipped_bytes = answer.skipped_bytes,
                    .video_codec = std::string{view(answer.video_codec)},
                    .video = {.samples = answer.video_samples, .rate = answer.video_rate},
                    .note = harmless(view(answer.message))};
    if (answer.has_taglib != 0) {
        result.taglib = base::Millis{answer.taglib_ms};
    }
    return result;
}

}  // namespace

Answer pack(MeasureResult const& result) {
    Answer answer;
    if (!result) {
        put(answer.code, result.error().code);
        put(answer.message, result.error().message);
        return answer;
    }
    answer.ok = 1;
    answer.basis = static_cast<std::uint32_t>(result->basis);
    answer.exact = result->exact ? 1 : 0;
    answer.truncated = result->truncated ? 1 : 0;
    answer.has_taglib = result->taglib ? 1 : 0;
    answer.segments = result->segments;
    answer.samples = result->audio.samples;
    answer.rate = result->audio.rate;
    answer.video_samples = result->video.samples;
    answer.video_rate = result->video.rate;
    answer.skipped_bytes = result->skipped_bytes;
    answer.taglib_ms = result->taglib.value_or(base::Millis{0}).count();
    put(answer.container, result->container);
    put(answer.codec, result->codec);
    put(answer.video_codec, result->video_codec);
    put(answer.message, result->note);
    return answer;
}

std::optional<MeasureResult> unpack(Answer const& answer) {
    if (!ends(answer.container) || !ends(answer.codec) || !ends(answer.video_codec) ||
        !ends(answer.code) || !ends(answer.message)) {
        return std::nullopt;
    }
    if (answer.ok != 0) {
        return possible(answer) ? std::optional{measured(answer)} : std::nullopt;
    }
    auto const code = view(answer.code);
    if (code.empty() || !is_word(code)) {
        return std::nullopt;
    }
    return std::unexpected{
        MediaError{.code = std::string{code}, .message = harmless(view(answer.message))}};
}

}  // namespace adapters::media::crew
