// A flat object of texts and integers needs no JSON library.
#include "adapters/redis/news.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace adapters::redis {

namespace {

constexpr std::size_t longest_note = 500;

// Cut between characters, so that it stays UTF-8.
std::string shortened(std::string const& text) {
    auto end = std::min(text.size(), longest_note);
    while (end > 0 && end < text.size() &&
           (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80) {
        --end;
    }
    return text.substr(0, end);
}

std::string quoted(std::string const& text) {
    std::string out = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
            out += c;
        }
    }
    return out + '"';
}

bool is_number(std::string const& field) {
    constexpr std::array<std::string_view, 4> numbers{"attempt", "progress", "net", "at"};
    return std::ranges::find(numbers, field) != numbers.end();
}

}  // namespace

Fields fields_of(JobNews const& news) {
    Fields fields{{"id", to_text(news.job)},
                  {"user_id", news.user},
                  {"service", news.service},
                  {"state", std::string{jobs::to_text(news.state)}},
                  {"attempt", std::to_string(news.attempt)},
                  {"progress", std::to_string(news.progress)},
                  {"net", std::to_string(news.net.value)},
                  {"at", std::to_string(base::to_ms(news.at))}};
    if (!news.note.empty()) {
        fields.emplace_back("note", shortened(news.note));
    }
    if (!news.error.empty()) {
        fields.emplace_back("error", shortened(news.error));
    }
    return fields;
}

std::string event_of(JobNews const& news) {
    std::string text;
    for (auto const& [name, value] : fields_of(news)) {
        text += fmt::format("{}\"{}\":{}", text.empty() ? "{" : ",", name,
                            is_number(name) ? value : quoted(value));
    }
    return text + "}";
}

// Time first; within a millisecond the attempt, and within an attempt: waiting for it, running,
// waiting for the next, ended.
std::int64_t order_of(JobNews const& news) {
    auto const step = jobs::ended(news.state)                 ? 3
                      : news.state == jobs::State::processing ? 1
                      : news.attempt == 0                     ? 0
                                                              : 2;
    return base::to_ms(news.at) * 1'000 + std::min<std::int64_t>(news.attempt, 249) * 4 + step;
}

}  // namespace adapters::redis
