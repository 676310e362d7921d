// A secret is taken as it stands: its bytes are what the other side knows.
#include "config/secret.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/keys.h"

namespace config {

namespace {

std::string expected_of(SecretForm form) {
    auto const text = form.in_a_header ? "text without spaces" : "text";
    return form.shortest == 0   ? fmt::format("a {}", text)
           : form.shortest == 1 ? fmt::format("a {} that is not empty", text)
                                : fmt::format("a {} of at least {} bytes", text, form.shortest);
}

void take_secret(Value const& value, std::string const& text, std::string& into, SecretForm form) {
    bool const fits_a_header =
        std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
    if (text.size() < form.shortest || bad_byte(text) || (form.in_a_header && !fits_a_header)) {
        value.mistake(fmt::format("expected {} (what was given is not shown)", expected_of(form)));
        return;
    }
    into = text;
}

}  // namespace

void read_secret(Value const& value, std::string& into, SecretForm form) {
    bool const is_text = value.node().kind == Node::Kind::text;
    if (!is_text) {
        value.mistake(fmt::format("expected {} (what was given is not shown)", expected_of(form)));
        return;
    }
    take_secret(value, value.node().text, into, form);
}

void read_secret_file(Value const& value, std::string& into, SecretForm form) {
    auto const text = content_of_file(value);
    if (text && text->empty() && form.shortest > 0) {
        value.mistake("the file is empty");
    } else if (text) {
        take_secret(value, *text, into, form);
    }
}

}  // namespace config
