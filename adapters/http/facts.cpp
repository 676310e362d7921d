#include "adapters/http/facts.h"

#include <algorithm>

#include "adapters/http/compress.h"

namespace adapters::http {

namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

void note(Facts& facts, Header const& header) {
    if (header.name == "accept-encoding") {
        facts.takes_gzip = facts.takes_gzip || accepts_gzip(header.value);
    } else if (header.name == "accept-language") {
        facts.language = header.value;
    } else if (header.name == "origin") {
        facts.origin = header.value;
    } else if (header.name == "range") {
        facts.range = header.value;
    } else if (header.name == "if-range") {
        facts.if_range = header.value;
    } else if (header.name == "if-none-match") {
        facts.if_none_match = header.value;
    } else if (header.name == "access-control-request-method") {
        facts.preflight = true;
    } else if (header.name == "x-request-id" && is_sane_id(header.value)) {
        facts.id = header.value;
    }
}

}  // namespace

Facts facts_of(Request& request, std::string_view made_id) {
    Facts facts;
    facts.head = request.method == "HEAD";
    facts.get = facts.head || request.method == "GET";
    for (auto const& header : request.headers) {
        note(facts, header);
    }
    facts.preflight = facts.preflight && request.method == "OPTIONS" && !facts.origin.empty();
    if (facts.id.empty()) {
        facts.id = made_id;
    }
    request.id = facts.id;
    return facts;
}

bool is_sane_id(std::string_view text) {
    return !text.empty() && text.size() <= 128 &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

bool same_word(std::string_view one, std::string_view other) {
    return std::ranges::equal(one, other, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
    auto const first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool lists(std::string_view list, std::string_view word) {
    while (!list.empty()) {
        auto const end = std::min(list.find(','), list.size());
        if (same_word(trimmed(list.substr(0, end)), word)) {
            return true;
        }
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

}  // namespace adapters::http
