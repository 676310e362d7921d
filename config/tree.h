// A configuration file as a plain tree that remembers lines. YAML is understood here and nowhere
// else; its size, depth and use of aliases are bounded, so that no file can do harm.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.h"

namespace config {

inline constexpr std::size_t most_text = 1 << 20;  // bytes of a file

struct Node {
    enum class Kind : std::uint8_t { nothing, text, list, map };

    Kind kind = Kind::nothing;
    int line = 0;                   // of its key, where it has one
    std::string text;               // text: as written, without quotes
    bool quoted = false;            // text: it had quotes, so it is no number and no `true`
    std::vector<Node> items;        // list and map
    std::vector<std::string> keys;  // map: the key of each item; no key occurs twice
    std::string variable;           // the environment variable that set it; empty: from the file

    Node const* find(std::string_view key) const;
    Node* find(std::string_view key);
};

// The tree of a document, which must be UTF-8 and not too large. Nullopt if it can't be read at
// all; then `problems` says why. Duplicate
// keys are problems too, but don't hide the rest. An empty document is an empty map.
std::optional<Node> parse_tree(std::string_view yaml, std::string const& file,
                               std::vector<Problem>& problems);

// The bytes of a regular file of at most 1 MiB; otherwise nullopt and a problem.
std::optional<std::string> read_text_file(std::filesystem::path const& file,
                                          std::vector<Problem>& problems);

// The first byte that is not part of valid UTF-8, or is a control character other than tab and
// line ends.
std::optional<std::size_t> bad_byte(std::string_view text);

// As JSON: plain numbers, true, false and null stay what they are, all other text is a string.
std::string to_json(Node const& node);

// Whether that is the text of a JSON object.
bool is_json_object(std::string_view text);

}  // namespace config
