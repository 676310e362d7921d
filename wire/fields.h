// Reads the fields of one body of JSON and collects what is wrong with them.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/credits_request.h"

namespace wire {

inline constexpr std::int64_t most_word_characters = 128;

// What is wrong with a text for people: any signs and lines, but nothing that would end it early or
// rule a terminal.
std::optional<std::string> mistake_in_text(std::string_view text);

class Fields {
public:
    // The body must outlive this.
    explicit Fields(StrictObject const& body) : body_{body} {}

    // Whole and more than zero, as JSON writes it without a fraction, an exponent or a sign.
    std::int64_t amount(std::string_view field);

    // The same with a sign, and anything but zero.
    std::int64_t change(std::string_view field);

    // A name or a number by which something is known: printable, nothing around it.
    std::string word(std::string_view field, bool required);

    // A word that may come as a number: as it was written.
    std::string word_or_number(std::string_view field);

    // For people; may be empty.
    std::string text(std::string_view field);

    // A fact: absent, or taken away by null or an empty text, or a word.
    std::optional<std::string> fact(std::string_view field);

    // Seconds, a decimal.
    std::optional<base::Millis> seconds(std::string_view field);

    // An object, as JSON text; absent: an empty one.
    std::string object(std::string_view field);

    // Null is as good as absent.
    [[nodiscard]] boost::json::value const* there(std::string_view field) const;

    void wrong(std::string_view field, std::string what);

    std::vector<FieldError>& errors() { return errors_; }

    template <typename T>
    Checked<T> done(T value) {
        if (!errors_.empty()) {
            return std::unexpected(std::move(errors_));
        }
        return value;
    }

private:
    std::optional<std::string> string(std::string_view field, bool required);

    StrictObject const& body_;
    std::vector<FieldError> errors_;
};

}  // namespace wire
