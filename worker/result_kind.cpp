// Signatures first; text is what has no byte that text does not have.
#include "worker/result_kind.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace worker {

namespace {

struct Signature {
    std::size_t at;
    std::string_view bytes;
    ResultKind kind;
};

using namespace std::string_view_literals;

constexpr std::array signatures{
    Signature{0, "ID3"sv, {"audio/mpeg", ".mp3"}},
    Signature{0, "fLaC"sv, {"audio/flac", ".flac"}},
    Signature{0, "OggS"sv, {"audio/ogg", ".ogg"}},
    Signature{0, "#!AMR"sv, {"audio/amr", ".amr"}},
    Signature{0, "\x1A\x45\xDF\xA3"sv, {"video/webm", ".webm"}},
    Signature{0, "\x89PNG\r\n\x1A\n"sv, {"image/png", ".png"}},
    Signature{0, "\xFF\xD8\xFF"sv, {"image/jpeg", ".jpg"}},
    Signature{0, "GIF8"sv, {"image/gif", ".gif"}},
    Signature{8, "WAVE"sv, {"audio/wav", ".wav"}},
    Signature{8, "WEBP"sv, {"image/webp", ".webp"}},
    Signature{8, "AIFF"sv, {"audio/aiff", ".aiff"}},
    Signature{8, "AIFC"sv, {"audio/aiff", ".aiff"}},
    Signature{4, "ftypM4A"sv, {"audio/mp4", ".m4a"}},
    Signature{4, "ftypqt"sv, {"video/quicktime", ".mov"}},
    Signature{4, "ftyp"sv, {"video/mp4", ".mp4"}},
    Signature{0, "PK\x03\x04"sv, {"application/zip", ".zip"}},
    Signature{0, "%PDF-"sv, {"application/pdf", ".pdf"}},
};

unsigned byte(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

// Frames have no signature; the sync word of MPEG, with the layers that ADTS does not have.
std::optional<ResultKind> by_frame(std::string_view begin) {
    if (byte(begin, 0) != 0xFF || (byte(begin, 1) & 0xE0U) != 0xE0U) {
        return std::nullopt;
    }
    if ((byte(begin, 1) & 0xF6U) == 0xF0U) {
        return ResultKind{"audio/aac", ".aac"};
    }
    bool const valid = (byte(begin, 1) & 0x06U) != 0 && (byte(begin, 2) & 0xF0U) != 0xF0U &&
                       (byte(begin, 2) & 0x0CU) != 0x0CU;
    return valid ? std::optional{ResultKind{"audio/mpeg", ".mp3"}} : std::nullopt;
}

bool is_text(std::string_view text) {
    return std::ranges::none_of(text, [](char c) {
        auto const u = static_cast<unsigned char>(c);
        return (u < ' ' && c != '\n' && c != '\r' && c != '\t' && c != '\f') || u == 0x7F ||
               u == 0xC0 || u == 0xC1 || u > 0xF4;
    });
}

std::optional<ResultKind> by_text(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    if (!is_text(text)) {
        return std::nullopt;
    }
    auto const words = text.substr(std::min(text.find_first_not_of(" \t\r\n\f"), text.size()));
    if (words.empty() || words.starts_with('<')) {
        return std::nullopt;
    }
    if (words.starts_with('{') || words.starts_with('[')) {
        return ResultKind{"application/json", ".json"};
    }
    if (words.starts_with("WEBVTT")) {
        return ResultKind{"text/vtt; charset=utf-8", ".vtt"};
    }
    bool const numbered = words[0] >= '0' && words[0] <= '9';
    return numbered && words.substr(0, 200).contains(" --> ")
               ? ResultKind{"application/x-subrip", ".srt"}
               : ResultKind{"text/plain; charset=utf-8", ".txt"};
}

}  // namespace

std::optional<ResultKind> kind_of(std::string_view begin) {
    for (auto const& [at, bytes, kind] : signatures) {
        if (begin.size() >= at + bytes.size() && begin.substr(at, bytes.size()) == bytes) {
            return kind;
        }
    }
    auto const frame = by_frame(begin);
    return frame ? frame : by_text(begin);
}

std::string why_not(ResultKind const& kind, std::string_view role, std::string_view announced) {
    bool const sound = kind.type.starts_with("audio/");
    bool const moving = kind.type.starts_with("video/");
    bool const image = kind.type.starts_with("image/");
    bool const json = kind.type == "application/json" && !announced.contains("json");
    // Sound alone comes in the containers of video, too.
    bool const fits = role == "audio"   ? sound || moving
                      : role == "video" ? moving
                      : role == "image" ? image
                                        : !json;
    return fits ? "" : fmt::format("it is {}, which is no {}", kind.type, role);
}

bool is_taken(ResultKind const& kind, std::vector<std::string> const& types) {
    auto const type = kind.type.substr(0, kind.type.find(';'));
    return types.empty() || std::ranges::any_of(types, [&](std::string_view each) {
               return each.ends_with("/*") ? type.starts_with(each.substr(0, each.size() - 1))
                                           : type == each;
           });
}

}  // namespace worker
