// The words of a scenario: a line of it, what a line is answered, and how values are written.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/credits.h"
#include "base/time.h"

namespace tests {

using Texts = std::map<std::string, std::string>;

// The scenario itself is wrong.
struct Mistake : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// "word word name=value name=value". Commands take what they know; what is left is a mistake.
struct Line {
    std::vector<std::string> words;
    Texts fields;

    explicit Line(std::string const& text) {
        std::istringstream in{text};
        for (std::string word; in >> word;) {
            auto const equals = word.find('=');
            if (equals == std::string::npos) {
                words.push_back(word);
            } else {
                fields[word.substr(0, equals)] = word.substr(equals + 1);
            }
        }
    }

    std::optional<std::string> take(std::string const& name) {
        auto node = fields.extract(name);
        return node ? std::optional{node.mapped()} : std::nullopt;
    }

    std::string text(std::string const& name, std::string const& otherwise = "") {
        return take(name).value_or(otherwise);
    }

    [[nodiscard]] std::string word(std::size_t at) const {
        return at < words.size() ? words[at] : throw Mistake{"a word is missing"};
    }
};

// What a command was answered: a word or two, and everything that may be asked about.
struct Answer {
    std::string words;
    Texts fields;
    bool refused = false;  // must be expected, or the scenario has failed
};

using Answers = std::vector<Answer>;

inline std::int64_t number(std::string const& text) {
    auto const value = base::parse_integer(text);
    return value ? *value : throw Mistake{"`" + text + "` is not a number"};
}

// "7.4s" beside what the program itself understands.
inline base::Millis duration(std::string const& text) {
    if (auto const whole = base::parse_duration(text)) {
        return *whole;
    }
    auto const seconds = base::parse_rate(text.substr(0, text.size() - 1));
    return seconds && text.ends_with('s') ? base::Millis{seconds->micros / 1000}
                                          : throw Mistake{"`" + text + "` is not a duration"};
}

inline std::vector<std::string> split(std::string const& text) {
    std::vector<std::string> parts;
    std::istringstream in{text};
    for (std::string part; std::getline(in, part, ',');) {
        parts.push_back(part);
    }
    return parts;
}

inline std::string yes_no(bool value) {
    return value ? "yes" : "no";
}

inline std::string text_of(base::Credits credits) {
    return std::to_string(credits.value);
}

}  // namespace tests
