// Reads a tree into plain structs by tables of keys. A table is the one place that knows a
// section's keys: readers, the environment's variable names and "did you mean" all come from it.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/nearest.h"
#include "config/tree.h"

namespace config {

// A node and where it stands, for complaints about it.
class Value {
public:
    Value(Node const& node, std::string file, std::string path, std::vector<Problem>& problems);

    Node const& node() const { return node_.get(); }

    std::string const& file() const { return file_; }

    bool from_environment() const { return file_ == "environment"; }

    // The n-th item of a list or map.
    Value item(std::size_t at) const;

    // The value of a key; where it is missing this value itself, under the key's path.
    Value at(std::string_view key) const;

    // Another node, complained about as if it stood in this one's place. It must outlive the value.
    Value of(Node const& node) const { return {node, file_, path_, problems_}; }

    bool has(std::string_view key) const { return node().find(key) != nullptr; }

    void mistake(std::string what) const;

    // "expected a decimal such as 0.25, got `fast`"
    void expected(std::string_view what) const;

private:
    std::reference_wrapper<Node const> node_;
    std::string file_;
    std::string path_;
    std::reference_wrapper<std::vector<Problem>> problems_;
};

// One key of a section, and what reads its value into a T.
template <typename T>
struct Key {
    enum class Form : std::uint8_t { text, tree };

    std::string_view name;
    void (*read)(Value const&, T&) = nullptr;
    std::vector<Key> section = {};  // instead of `read`: the keys of a section within this one
    Form form = Form::text;         // tree: a list or map; a variable's text is YAML
};

// Calls `read(name, value)` for each key; false and a complaint if it is not a map. Nothing at all
// is an empty map: a section with all of its keys commented out.
bool for_each_key(Value const& map,
                  std::function<void(std::string const&, Value const&)> const& read);

// The same for the items of a list.
bool for_each_item(Value const& list, std::function<void(Value const&)> const& read);

template <typename T>
void read_keys(Value const& map, std::span<Key<T> const> keys, T& into) {
    for_each_key(map, [&](std::string const& name, Value const& value) {
        std::vector<std::string_view> known;
        for (auto const& key : keys) {
            if (key.name == name) {
                return key.read ? key.read(value, into) : read_keys<T>(value, key.section, into);
            }
            known.push_back(key.name);
        }
        value.mistake(fmt::format("unknown key; did you mean `{}`?", nearest(name, known)));
    });
}

// Each reads a value if it is right, and otherwise complains and leaves `into` as it was. Bounds
// are inclusive.
void read_text(Value const& value, std::string& into);
void read_name(Value const& value, std::string& into);  // see is_name
void read_path(Value const& value, std::filesystem::path& into);
void read_flag(Value const& value, bool& into);
void read_integer(Value const& value, std::int64_t& into, std::int64_t low, std::int64_t high);
void read_credits(Value const& value, base::Credits& into, std::int64_t low);
void read_duration(Value const& value, base::Millis& into, base::Millis low, base::Millis high);
void read_rate(Value const& value, base::Rate& into, base::Rate low, base::Rate high);
void read_date(Value const& value, base::Timestamp& into);
void read_zone(Value const& value, base::Zone& into);

template <std::integral T>
    requires(!std::same_as<T, std::int64_t>)
void read_integer(Value const& value, T& into, T low, T high) {
    auto number = static_cast<std::int64_t>(into);
    read_integer(value, number, static_cast<std::int64_t>(low), static_cast<std::int64_t>(high));
    into = static_cast<T>(number);
}

template <typename E>
using Word = std::pair<std::string_view, E>;

// One of some words.
template <typename E, std::size_t n>
void read_word(Value const& value, E& into, Word<E> const (&words)[n]) {
    std::string list;
    for (std::size_t at = 0; at < n; ++at) {
        if (value.node().kind == Node::Kind::text && value.node().text == words[at].first) {
            into = words[at].second;
            return;
        }
        list += at == 0 ? "" : at + 1 == n ? " or " : ", ";
        list += words[at].first;
    }
    value.expected(list);
}

// Names of services, providers and fields: up to 64 letters, digits, `_`, `-` or `.`.
bool is_name(std::string_view text);

// In the order of the file; what was set by the environment comes last.
void sort_problems(std::vector<Problem>& problems);

// libstdc++ 12 does not have std::ranges::contains yet.
template <typename Range, typename T, typename Projection = std::identity>
bool is_among(Range const& range, T const& wanted, Projection projection = {}) {
    return std::ranges::find(range, wanted, projection) != std::ranges::end(range);
}

// In backticks, shortened, for messages.
std::string in_ticks(std::string_view text);

}  // namespace config
