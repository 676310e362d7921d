#include "dialect/pointer.h"

#include <algorithm>

namespace dialect {

namespace {

// "~1" is a slash and "~0" a tilde; nothing else may follow a tilde.
std::expected<std::string, std::string> unescaped(std::string_view step) {
    std::string plain;
    for (std::size_t at = 0; at < step.size(); ++at) {
        if (step[at] != '~') {
            plain += step[at];
            continue;
        }
        char const next = at + 1 < step.size() ? step[++at] : '\0';
        if (next != '0' && next != '1') {
            return std::unexpected{std::string{"`~` is written as `~0` in a JSON pointer"}};
        }
        plain += next == '0' ? '~' : '/';
    }
    return plain;
}

}  // namespace

std::expected<Pointer, std::string> parse_pointer(std::string_view text) {
    Pointer pointer{.text = std::string{text}, .steps = {}};
    if (!text.empty() && text.front() != '/') {
        return std::unexpected{std::string{"a JSON pointer begins with a slash"}};
    }
    while (!text.empty()) {
        text.remove_prefix(1);
        auto const step = text.substr(0, text.find('/'));
        auto plain = unescaped(step);
        if (!plain) {
            return std::unexpected{std::move(plain.error())};
        }
        pointer.steps.push_back(std::move(*plain));
        text.remove_prefix(step.size());
    }
    return pointer;
}

}  // namespace dialect
