#include "adapters/providers/http/bytes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"

namespace adapters::providers::http {

namespace {

std::optional<int> nibble(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    char const small = static_cast<char>(c | 0x20);
    return small >= 'a' && small <= 'f' ? std::optional{small - 'a' + 10} : std::nullopt;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        auto const high = nibble(text[i]);
        auto const low = nibble(text[i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        bytes += static_cast<char>(*high << 4 | *low);
    }
    return bytes;
}

constexpr std::array<std::pair<std::string_view, std::string_view>, 22> extensions{
    {{"audio/mpeg", "mp3"},        {"audio/mp3", "mp3"},
     {"audio/wav", "wav"},         {"audio/x-wav", "wav"},
     {"audio/wave", "wav"},        {"audio/flac", "flac"},
     {"audio/ogg", "ogg"},         {"audio/opus", "opus"},
     {"audio/aac", "aac"},         {"audio/mp4", "m4a"},
     {"audio/webm", "webm"},       {"audio/pcm", "pcm"},
     {"video/mp4", "mp4"},         {"video/webm", "webm"},
     {"image/png", "png"},         {"image/jpeg", "jpg"},
     {"image/webp", "webp"},       {"text/plain", "txt"},
     {"text/vtt", "vtt"},          {"application/x-subrip", "srt"},
     {"application/json", "json"}, {"ogg_opus", "ogg"}}};

}  // namespace

std::optional<std::string> decoded(std::string_view text, bool hex) {
    if (hex) {
        return from_hex(text);
    }
    std::string padded{text};
    padded.erase(
        std::ranges::remove_if(padded, [](char c) { return c == '\n' || c == '\r'; }).begin(),
        padded.end());
    while (padded.size() % 4 != 0) {
        padded += '=';
    }
    return base::from_base64(padded);
}

std::string extension_of(std::string_view type) {
    type = type.substr(0, type.find(';'));
    for (auto const& [name, extension] : extensions) {
        if (type == name) {
            return std::string{extension};
        }
    }
    auto const word = type.substr(0, type.find('_'));
    bool const plain = !word.empty() && word.size() <= 5 && std::ranges::all_of(word, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
    return plain ? std::string{word} : "bin";
}

bool is_text_page(std::string_view bytes) {
    auto const begin = bytes.find_first_not_of(" \t\r\n\xef\xbb\xbf");
    return begin != std::string_view::npos && (bytes[begin] == '{' || bytes[begin] == '<');
}

std::expected<void, std::string> write_file(std::filesystem::path const& file,
                                            std::string_view bytes) {
    std::error_code code;
    std::filesystem::create_directories(file.parent_path(), code);
    std::ofstream stream{file, std::ios::binary | std::ios::trunc};
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    stream.close();
    if (code || !stream) {
        return std::unexpected{
            fmt::format("{} can't be written: {}", file.string(),
                        code ? code.message() : std::string{std::strerror(errno)})};
    }
    return {};
}

}  // namespace adapters::providers::http
