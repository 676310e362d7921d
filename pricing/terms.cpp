// The line that terms are kept as. What matters for the mode is always written, so that a default
// that changes one day can't change the bill of an old job; the rest only where it was set.
#include "pricing/terms.h"

#include <array>
#include <set>
#include <span>
#include <utility>

namespace pricing {

namespace {

template <typename Value>
struct Name {
    Value value;
    std::string_view text;
};

template <typename Value, std::size_t count>
std::optional<Value> find_value(std::array<Name<Value>, count> const& names,
                                std::string_view text) {
    for (auto const& name : names) {
        if (name.text == text) {
            return name.value;
        }
    }
    return std::nullopt;
}

template <typename Value, std::size_t count>
std::string_view find_text(std::array<Name<Value>, count> const& names, Value value) {
    for (auto const& name : names) {
        if (name.value == value) {
            return name.text;
        }
    }
    CHECK(false);
}

constexpr std::array<Name<Mode>, 3> modes{
    {{Mode::fixed, "fixed"}, {Mode::duration, "duration"}, {Mode::free, "free"}}};
constexpr std::array<Name<Measure>, 3> measures{
    {{Measure::input, "input"}, {Measure::output, "output"}, {Measure::declared, "declared"}}};
constexpr std::array<Name<Overrun>, 3> overruns{
    {{Overrun::absorb, "absorb"}, {Overrun::charge, "charge"}, {Overrun::debt, "debt"}}};
constexpr std::array<Name<CancelRule>, 2> cancel_rules{
    {{CancelRule::full, "full"}, {CancelRule::none, "none"}}};
constexpr std::array<Name<bool>, 2> answers{{{false, "no"}, {true, "yes"}}};

constexpr std::string_view per_second_suffix = "/s";

// ---- reading a value into its field; false where the text is not one
// -----------------------------

template <typename Value>
bool put(std::optional<Value> parsed, Value& field) {
    if (!parsed) {
        return false;
    }
    field = *parsed;
    return true;
}

std::optional<base::Credits> parse_credits(std::string_view text) {
    auto const number = base::parse_integer(text);
    return number && *number >= 0 ? std::optional{base::Credits{*number}} : std::nullopt;
}

std::optional<base::Millis> parse_increment(std::string_view text) {
    auto const length = base::parse_duration(text);
    return length && length->count() > 0 ? length : std::nullopt;
}

bool read_setting(Terms& terms, std::string_view key, std::string_view value) {
    if (key == "credits") {
        return put(parse_credits(value), terms.credits);
    }
    if (key == "per_second") {
        return put(base::parse_rate(value), terms.per_second);
    }
    if (key == "increment") {
        return put(parse_increment(value), terms.increment);
    }
    if (key == "minimum") {
        return put(parse_credits(value), terms.minimum);
    }
    if (key == "grace") {
        return put(base::parse_duration(value), terms.grace);
    }
    if (key == "estimate") {
        return put(base::parse_rate(value), terms.estimate);
    }
    if (key == "overrun") {
        return put(parse_overrun(value), terms.overrun);
    }
    if (key == "on_cancel") {
        return put(parse_cancel_rule(value), terms.on_cancel);
    }
    if (key == "on_moderation") {
        return put(parse_cancel_rule(value), terms.on_moderation);
    }
    return key == "members_free" && put(find_value(answers, value), terms.members_free);
}

// The word after the mode: "5" of "fixed 5", "0.25/s" of "duration 0.25/s"; "free" has none.
bool read_price(Terms& terms, std::string_view word) {
    switch (terms.mode) {
        case Mode::fixed:
            return put(parse_credits(word), terms.credits);
        case Mode::duration:
            return word.ends_with(per_second_suffix) &&
                   put(base::parse_rate(word.substr(0, word.size() - per_second_suffix.size())),
                       terms.per_second);
        case Mode::free:
            return false;
    }
    CHECK(false);
}

// Takes the next word off the line; words are parted by one space.
std::string_view take_word(std::string_view& line) {
    auto const space = line.find(' ');
    auto const word = line.substr(0, space);
    line.remove_prefix(space == std::string_view::npos ? line.size() : space + 1);
    return word;
}

// Reads a word after the price and returns which setting it was, so that none is set twice; empty
// where it is none.
std::string_view read_word(Terms& terms, std::string_view word) {
    auto const equals = word.find('=');
    if (equals != std::string_view::npos) {
        auto const key = word.substr(0, equals);
        return read_setting(terms, key, word.substr(equals + 1)) ? key : "";
    }
    if (word.starts_with('x')) {
        return put(base::parse_rate(word.substr(1)), terms.multiplier) ? "multiplier" : "";
    }
    return put(parse_measure(word), terms.measure) ? "measure" : "";
}

// ---- writing
// -------------------------------------------------------------------------------------

std::string price_words(Terms const& terms) {
    switch (terms.mode) {
        case Mode::fixed:
            return "fixed " + std::to_string(terms.credits.value);
        case Mode::duration:
            return "duration " + base::to_text(terms.per_second) + std::string{per_second_suffix};
        case Mode::free:
            return "free";
    }
    CHECK(false);
}

}  // namespace

std::string_view to_text(Mode mode) {
    return find_text(modes, mode);
}

std::string_view to_text(Measure measure) {
    return find_text(measures, measure);
}

std::string_view to_text(Overrun overrun) {
    return find_text(overruns, overrun);
}

std::string_view to_text(CancelRule rule) {
    return find_text(cancel_rules, rule);
}

std::optional<Mode> parse_mode(std::string_view text) {
    return find_value(modes, text);
}

std::optional<Measure> parse_measure(std::string_view text) {
    return find_value(measures, text);
}

std::optional<Overrun> parse_overrun(std::string_view text) {
    return find_value(overruns, text);
}

std::optional<CancelRule> parse_cancel_rule(std::string_view text) {
    return find_value(cancel_rules, text);
}

std::string to_line(Terms const& terms) {
    CHECK(terms.credits.value >= 0 && terms.minimum.value >= 0);
    CHECK(terms.increment.count() > 0 && terms.grace.count() >= 0);
    Terms const plain;
    bool const timed = terms.mode == Mode::duration;
    std::string line = price_words(terms);
    auto const add = [&line](bool wanted, std::string_view key, std::string_view value) {
        if (wanted) {
            line.append(" ").append(key).append(value);
        }
    };
    bool const stray_credits = terms.mode != Mode::fixed && terms.credits != plain.credits;
    bool const stray_rate = !timed && terms.per_second != plain.per_second;
    add(terms.multiplier != base::one, "x", base::to_text(terms.multiplier));
    add(timed || terms.measure != plain.measure, "", to_text(terms.measure));
    add(stray_credits, "credits=", std::to_string(terms.credits.value));
    add(stray_rate, "per_second=", base::to_text(terms.per_second));
    add(timed || terms.increment != plain.increment, "increment=", base::to_text(terms.increment));
    add(timed || terms.minimum != plain.minimum, "minimum=", std::to_string(terms.minimum.value));
    add(timed || terms.grace != plain.grace, "grace=", base::to_text(terms.grace));
    add(timed || terms.estimate != plain.estimate, "estimate=", base::to_text(terms.estimate));
    add(timed || terms.overrun != plain.overrun, "overrun=", to_text(terms.overrun));
    add(true, "on_cancel=", to_text(terms.on_cancel));
    add(terms.on_moderation != plain.on_moderation, "on_moderation=", to_text(terms.on_moderation));
    add(true, "members_free=", find_text(answers, terms.members_free));
    return line;
}

std::optional<Terms> parse_line(std::string_view line) {
    Terms terms;
    if (!put(parse_mode(take_word(line)), terms.mode)) {
        return std::nullopt;
    }
    if (terms.mode != Mode::free && !read_price(terms, take_word(line))) {
        return std::nullopt;
    }
    std::set<std::string_view> seen;
    while (!line.empty()) {
        auto const setting = read_word(terms, take_word(line));
        if (setting.empty() || !seen.insert(setting).second) {
            return std::nullopt;
        }
    }
    return terms;
}

}  // namespace pricing
