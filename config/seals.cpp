// The keys of the section `seals`.
#include <algorithm>

#include "config/keys.h"

namespace config {

namespace {

constexpr std::size_t key_digits = 64;

void read_public_key(Value const& value, std::string& into) {
    auto const& node = value.node();
    auto const is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (node.kind != Node::Kind::text || node.text.size() != key_digits ||
        !std::ranges::all_of(node.text, is_digit)) {
        value.expected("64 hex digits, as `tallyman seals` shows a key");
        return;
    }
    into = node.text;
}

}  // namespace

std::vector<Key<Settings>> const& seal_keys() {
    static std::vector<Key<Settings>> const keys = {
        {"key_file", [](Value const& v, Settings& s) { read_path(v, s.seals.key_file); }},
        {.name = "trusted_keys",
         .read =
             [](Value const& v, Settings& s) {
                 s.seals.trusted_keys.clear();
                 for_each_item(v, [&](Value const& item) {
                     read_public_key(item, s.seals.trusted_keys.emplace_back());
                 });
             },
         .form = Key<Settings>::Form::tree},
    };
    return keys;
}

}  // namespace config
