// The readers of single values, and the words of their complaints.
#include "config/value.h"

#include <algorithm>
#include <tuple>

#include "config/zone_file.h"

namespace config {

namespace {

// What a text is as a number, duration, …; complains if it is none.
template <typename T>
std::optional<T> parsed(Value const& value, std::optional<T> (*parse)(std::string_view),
                        std::string_view what) {
    auto const& node = value.node();
    auto const result = node.kind == Node::Kind::text ? parse(node.text) : std::nullopt;
    if (!result) {
        value.expected(what);
    }
    return result;
}

template <typename T, typename Show>
void read_between(Value const& value, std::optional<T> found, T& into, T low, T high, Show show) {
    if (!found) {
        return;
    }
    if (*found < low || *found > high) {
        value.expected(fmt::format("from {} to {}", show(low), show(high)));
        return;
    }
    into = *found;
}

std::optional<bool> parse_flag(std::string_view text) {
    return text == "true"    ? std::optional{true}
           : text == "false" ? std::optional{false}
                             : std::nullopt;
}

std::string describe(Node const& node) {
    switch (node.kind) {
        case Node::Kind::nothing:
            return "nothing";
        case Node::Kind::text:
            return in_ticks(node.text);
        case Node::Kind::list:
            return "a list";
        case Node::Kind::map:
            return "a map";
    }
    return "";
}

}  // namespace

Value::Value(Node const& node, std::string file, std::string path, std::vector<Problem>& problems)
    : node_{node}, file_{std::move(file)}, path_{std::move(path)}, problems_{problems} {}

Value Value::item(std::size_t at) const {
    auto const& node = node_.get();
    auto const& child = node.items[at];
    if (!child.variable.empty()) {
        return {child, "environment", child.variable, problems_};
    }
    if (node.kind == Node::Kind::list) {
        return {child, file_, fmt::format("{}[{}]", path_, at), problems_};
    }
    return {child, file_, (path_.empty() ? "" : path_ + ".") + node.keys[at], problems_};
}

Value Value::at(std::string_view key) const {
    auto const& keys = node_.get().keys;
    auto const found = std::ranges::find(keys, key);
    if (found != keys.end()) {
        return item(static_cast<std::size_t>(found - keys.begin()));
    }
    return {node_, file_, (path_.empty() ? "" : path_ + ".") + std::string{key}, problems_};
}

void Value::mistake(std::string what) const {
    int const line = from_environment() ? 0 : node_.get().line;
    problems_.get().push_back({file_, line, path_, std::move(what)});
}

void Value::expected(std::string_view what) const {
    mistake(fmt::format("expected {}, got {}", what, describe(node())));
}

bool for_each_key(Value const& map,
                  std::function<void(std::string const&, Value const&)> const& read) {
    auto const& node = map.node();
    if (node.kind != Node::Kind::map && node.kind != Node::Kind::nothing) {
        map.expected("a map of keys and values");
        return false;
    }
    for (std::size_t at = 0; at < node.keys.size(); ++at) {
        read(node.keys[at], map.item(at));
    }
    return true;
}

bool for_each_item(Value const& list, std::function<void(Value const&)> const& read) {
    auto const& node = list.node();
    if (node.kind != Node::Kind::list) {
        list.expected("a list");
        return false;
    }
    for (std::size_t at = 0; at < node.items.size(); ++at) {
        read(list.item(at));
    }
    return true;
}

void read_text(Value const& value, std::string& into) {
    auto const& node = value.node();
    if (node.kind != Node::Kind::text || node.text.empty()) {
        value.expected("text");
    } else if (bad_byte(node.text)) {
        value.mistake("has control characters");
    } else {
        into = node.text;
    }
}

void read_name(Value const& value, std::string& into) {
    if (value.node().kind != Node::Kind::text || !is_name(value.node().text)) {
        value.expected("a name of letters, digits, `_`, `-` and `.`");
        return;
    }
    into = value.node().text;
}

void read_path(Value const& value, std::filesystem::path& into) {
    auto const& node = value.node();
    if (node.kind != Node::Kind::text || node.text.empty() || bad_byte(node.text)) {
        value.expected("a path");
        return;
    }
    // What is written in a file is relative to it; what a person types, to where that person is.
    auto const folder = std::filesystem::path{value.from_environment() ? "" : value.file()};
    into = folder.parent_path() / node.text;
}

void read_flag(Value const& value, bool& into) {
    into = parsed(value, parse_flag, "true or false").value_or(into);
}

void read_integer(Value const& value, std::int64_t& into, std::int64_t low, std::int64_t high) {
    auto const found = parsed(value, base::parse_integer, "a whole number");
    read_between(value, found, into, low, high, [](std::int64_t n) { return std::to_string(n); });
}

void read_credits(Value const& value, base::Credits& into, std::int64_t low) {
    constexpr std::int64_t high = 1'000'000'000'000;
    read_integer(value, into.value, low, high);
}

void read_duration(Value const& value, base::Millis& into, base::Millis low, base::Millis high) {
    auto const found = parsed(value, base::parse_duration, "a duration such as 15s or 1h30m");
    read_between(value, found, into, low, high, [](base::Millis d) { return base::to_text(d); });
}

void read_rate(Value const& value, base::Rate& into, base::Rate low, base::Rate high) {
    auto const found = parsed(value, base::parse_rate, "a decimal such as 0.25");
    read_between(value, found, into, low, high,
                 [](base::Rate rate) { return base::to_text(rate); });
}

void read_date(Value const& value, base::Timestamp& into) {
    auto const found = parsed(value, base::parse_timestamp,
                              "a date such as 2027-01-01 or 2027-01-01T00:00:00+08:00");
    into = found.value_or(into);
}

void read_zone(Value const& value, base::Zone& into) {
    auto const& node = value.node();
    auto zone = node.kind == Node::Kind::text ? load_zone(node.text) : std::nullopt;
    if (!zone) {
        value.expected("a time zone such as UTC or Asia/Shanghai");
        return;
    }
    into = std::move(*zone);
}

bool is_name(std::string_view text) {
    auto const allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    return !text.empty() && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

void sort_problems(std::vector<Problem>& problems) {
    std::ranges::sort(problems, {}, [](Problem const& problem) {
        return std::tuple{problem.file == "environment", problem.line, problem.key, problem.what};
    });
}

std::string in_ticks(std::string_view text) {
    constexpr std::size_t most = 60;
    std::string shown{text.substr(0, most)};
    if (text.size() > most) {
        while (!shown.empty() && bad_byte(shown)) {
            shown.pop_back();  // never half a character
        }
        shown += "…";
    }
    std::ranges::replace_if(shown, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; }, ' ');
    return "`" + shown + "`";
}

}  // namespace config
