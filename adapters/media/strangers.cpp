// Signatures, and text: what a server said instead of audio is the most useful message there is.
#include "adapters/media/strangers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace adapters::media {

namespace {

using namespace std::string_view_literals;

struct Signature {
    std::size_t at;
    std::string_view bytes;
    std::string_view code;
    std::string_view what;
};

constexpr std::array signatures{
    Signature{0, "%PDF"sv, "not_audio", "a PDF document"},
    Signature{0, "PK\x03\x04"sv, "not_audio", "a ZIP archive"},
    Signature{0, "PK\x05\x06"sv, "not_audio", "an empty ZIP archive"},
    Signature{0, "\x1F\x8B"sv, "not_audio", "data compressed with gzip"},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "not_audio", "data compressed with zstd"},
    Signature{0, "BZh"sv, "not_audio", "data compressed with bzip2"},
    Signature{0,
              "\xFD"
              "7zXZ"sv,
              "not_audio", "data compressed with xz"},
    Signature{0, "7z\xBC\xAF\x27\x1C"sv, "not_audio", "a 7z archive"},
    Signature{0, "Rar!\x1A\x07"sv, "not_audio", "a RAR archive"},
    Signature{257, "ustar"sv, "not_audio", "a tar archive"},
    Signature{0, "\x89PNG"sv, "not_audio", "a PNG image"},
    Signature{0, "\xFF\xD8\xFF"sv, "not_audio", "a JPEG image"},
    Signature{0, "GIF8"sv, "not_audio", "a GIF image"},
    Signature{0, "BM"sv, "not_audio", "a BMP image"},
    Signature{0, "II*\0"sv, "not_audio", "a TIFF image"},
    Signature{0, "MM\0*"sv, "not_audio", "a TIFF image"},
    Signature{8, "WEBP"sv, "not_audio", "a WebP image"},
    Signature{0,
              "\x7F"
              "ELF"sv,
              "not_audio", "a program"},
    Signature{0, "MZ"sv, "not_audio", "a program"},
    Signature{0, "SQLite format 3"sv, "not_audio", "an SQLite database"},
    Signature{0, "MThd"sv, "not_audio", "a MIDI file, which has notes and no samples"},
    Signature{8, "AVI "sv, "unsupported", "an AVI file"},
    Signature{0, "FLV\x01"sv, "unsupported", "a Flash video"},
    Signature{0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11"sv, "unsupported", "a WMA or WMV file (ASF)"},
    Signature{0, "\0\0\x01\xBA"sv, "unsupported", "an MPEG program stream"},
    Signature{0, "caff"sv, "unsupported", "a Core Audio file"},
    Signature{0, "wvpk"sv, "unsupported", "a WavPack file"},
    Signature{0, "MAC "sv, "unsupported", "a Monkey's Audio file"},
    Signature{0, "TTA1"sv, "unsupported", "a True Audio file"},
    Signature{0, "MPCK"sv, "unsupported", "a Musepack file"},
    Signature{0, "MP+"sv, "unsupported", "a Musepack file"},
    Signature{0, "DSD "sv, "unsupported", "a DSD file"},
    Signature{0, ".snd"sv, "unsupported", "a Sun audio file"},
    Signature{0, ".RMF"sv, "unsupported", "a RealMedia file"},
};

std::string_view as_text(Bytes bytes) {
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// How many bytes the UTF-8 character at the front has; 0: it is none, or a control character.
std::size_t character(std::string_view text) {
    auto const first = static_cast<unsigned char>(text.front());
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7F ? 1 : 0;
    }
    std::size_t const length = first >= 0xF0 && first < 0xF5   ? 4
                               : first >= 0xE0 && first < 0xF0 ? 3
                               : first >= 0xC2 && first < 0xE0 ? 2
                                                               : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    auto const goes_on = [](char byte) { return (byte & 0xC0) == 0x80; };
    if (!std::ranges::all_of(text.substr(1, length - 1), goes_on)) {
        return 0;
    }
    // What takes more bytes than it needs, and halves of pairs, are not UTF-8.
    auto const second = static_cast<unsigned char>(text[1]);
    bool const odd = (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
                     (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F);
    return odd ? 0 : length;
}

bool is_space(char byte) {
    return std::isspace(static_cast<unsigned char>(byte)) != 0;
}

// One line for people, of what begins here.
std::string excerpt(std::string_view text) {
    constexpr std::size_t most = 120;
    std::string line;
    while (!text.empty() && line.size() < most) {
        auto const length = character(text);
        bool const gap = length == 0 || text.front() == ' ';
        if (!gap) {
            line += text.substr(0, length);
        } else if (!line.empty() && line.back() != ' ') {
            line += ' ';
        }
        text.remove_prefix(std::max<std::size_t>(length, 1));
    }
    while (!line.empty() && line.back() == ' ') {
        line.pop_back();
    }
    return text.empty() ? line : line + "…";
}

bool begins_like(std::string_view text, std::string_view with) {
    auto const same = [](char one, char other) {
        return std::tolower(static_cast<unsigned char>(one)) == other;
    };
    return text.size() >= with.size() &&
           std::ranges::equal(text.substr(0, with.size()), with, same);
}

// A character may be cut where the head ends; anything else that is no text makes it none.
bool is_text(std::string_view text) {
    constexpr std::size_t least = 4;
    if (text.size() < least) {
        return false;
    }
    while (!text.empty()) {
        auto const length = is_space(text.front()) ? 1 : character(text);
        if (length == 0) {
            return text.size() < 4 && (text.front() & 0x80) != 0;
        }
        text.remove_prefix(length);
    }
    return true;
}

}  // namespace

std::optional<MediaError> known_stranger(Bytes head) {
    for (auto const& each : signatures) {
        if (matches(head, each.at, each.bytes)) {
            return MediaError{.code = std::string{each.code}, .message = std::string{each.what}};
        }
    }
    auto text = as_text(head);
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    auto const* const begin = std::ranges::find_if_not(text, is_space);
    text.remove_prefix(static_cast<std::size_t>(begin - text.begin()));
    if (text.empty()) {
        return head.empty() ? std::nullopt
                            : std::optional{MediaError{"not_audio", "nothing but white space"}};
    }
    auto const saying = [&](std::string_view what) {
        return MediaError{"not_audio", std::string{what} + ": " + excerpt(text)};
    };
    if (text.front() == '{' || text.starts_with("[{") || text.starts_with("[\"")) {
        return saying("a JSON document");
    }
    if (begins_like(text, "<html") || begins_like(text, "<!doctype html")) {
        return saying("an HTML page");
    }
    if (text.front() == '<') {
        return saying("an XML document");
    }
    if (text.starts_with("#EXTM3U")) {
        return saying("a playlist");
    }
    return is_text(text) ? std::optional{saying("text")} : std::nullopt;
}

}  // namespace adapters::media
