// Files as bounded text, what is valid UTF-8, and trees as JSON.
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include "config/tree.h"

namespace config {

namespace {

// How many bytes the character at the front of the text has, or zero if it is not a character.
std::size_t character_size(std::string_view text) {
    auto const byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    unsigned const first = byte(0);
    if (first < 0x80) {
        return first >= 0x20 && first != 0x7f ? 1 : first == '\t' || first == '\n' || first == '\r';
    }
    std::size_t const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || text.size() < size) {
        return 0;
    }
    unsigned code = first & (0x7fU >> size);
    for (std::size_t at = 1; at < size; ++at) {
        if ((byte(at) & 0xc0U) != 0x80) {
            return 0;
        }
        code = code << 6 | (byte(at) & 0x3fU);
    }
    bool const too_long = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    bool const surrogate = code >= 0xd800 && code <= 0xdfff;
    return too_long || surrogate || code > 0x10ffff ? 0 : size;
}

// What keeps the file from being read as a regular file of reasonable size; empty: nothing.
std::string obstacle(std::filesystem::path const& file) {
    std::error_code error;
    auto const status = std::filesystem::status(file, error);
    if (status.type() == std::filesystem::file_type::not_found) {
        return "no such file";
    }
    if (error) {
        return "can't be read: " + error.message();
    }
    if (std::filesystem::is_directory(status)) {
        return "is a directory, expected a file";
    }
    if (!std::filesystem::is_regular_file(status)) {
        return "is not a regular file";
    }
    return "";
}

bool is_json_literal(std::string const& text) {
    boost::json::error_code error;
    auto const value = boost::json::parse(text, error);
    return !error && (value.is_number() || value.is_bool());
}

std::string json_string(std::string const& text) {
    return boost::json::serialize(boost::json::string{text});
}

}  // namespace

std::optional<std::size_t> bad_byte(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        auto const size = character_size(text.substr(at));
        if (size == 0) {
            return at;
        }
        at += size;
    }
    return std::nullopt;
}

std::optional<std::string> read_text_file(std::filesystem::path const& file,
                                          std::vector<Problem>& problems) {
    auto const refuse = [&](std::string what) {
        problems.push_back({file.string(), 0, "", std::move(what)});
        return std::nullopt;
    };
    if (auto what = obstacle(file); !what.empty()) {
        return refuse(std::move(what));
    }
    std::ifstream stream{file, std::ios::binary};
    if (!stream) {
        return refuse(fmt::format("can't be read: {}", std::strerror(errno)));
    }
    std::string text(most_text + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > most_text) {
        return refuse("larger than 1 MiB");
    }
    return text;
}

std::string to_json(Node const& node) {
    std::string text;
    switch (node.kind) {
        case Node::Kind::nothing:
            return "null";
        case Node::Kind::text:
            return !node.quoted && is_json_literal(node.text) ? node.text : json_string(node.text);
        case Node::Kind::list:
            for (auto const& item : node.items) {
                text += (text.empty() ? "" : ",") + to_json(item);
            }
            return "[" + text + "]";
        case Node::Kind::map:
            for (std::size_t at = 0; at < node.keys.size(); ++at) {
                text += (text.empty() ? "" : ",") + json_string(node.keys[at]) + ":" +
                        to_json(node.items[at]);
            }
            return "{" + text + "}";
    }
    return "null";
}

bool is_json_object(std::string_view text) {
    boost::json::error_code error;
    auto const value = boost::json::parse(text, error);
    return !error && value.is_object();
}

}  // namespace config
