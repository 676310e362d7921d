// Widths count columns, not bytes: East Asian text takes two.
#include "worker/cli/text.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include <unistd.h>

#include <fmt/format.h>

#include "wire/utf8.h"

namespace worker::cli {

namespace {

bool wide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        auto const c = wire::next_code_point(text);
        if (!c) {
            text.remove_prefix(1);
        }
        columns += c && wide(*c) ? 2 : 1;
    }
    return columns;
}

std::string padded(std::string const& text, std::size_t width, Table::Align align) {
    auto const columns = columns_of(text);
    std::string const space(width > columns ? width - columns : 0, ' ');
    return align == Table::Align::right ? space + text : text + space;
}

std::string formatted(base::Timestamp at, char const* format) {
    auto const seconds = static_cast<std::time_t>(
        std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    char text[64];
    auto const length = std::strftime(text, sizeof text, format, &parts);
    return {text, length};
}

}  // namespace

void complain(std::string_view line) {
    fmt::print(stderr, "tallyman: {}\n", clean(line));
}

std::string clean(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto const before = text;
        auto const c = wire::next_code_point(text);
        if (!c) {
            text.remove_prefix(1);
        }
        if (c && (wire::printable(*c))) {
            out += before.substr(0, before.size() - text.size());
        } else {
            out += c == U'\n' || c == U'\t' ? ' ' : '?';
        }
    }
    return out;
}

std::string local_time(base::Timestamp at) {
    return formatted(at, "%Y-%m-%d %H:%M:%S");
}

std::string local_time_ms(base::Timestamp at) {
    auto const ms = at - std::chrono::floor<std::chrono::seconds>(at);
    return fmt::format("{}.{:03}", formatted(at, "%Y-%m-%d %H:%M:%S"), ms.count());
}

std::string counted(std::int64_t number, std::string_view noun) {
    return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

std::string shortened(std::string_view text, std::size_t most) {
    if (columns_of(text) <= most) {
        return std::string(text);
    }
    std::string out;
    std::size_t columns = 0;
    while (!text.empty()) {
        auto const before = text;
        auto const c = wire::next_code_point(text);
        columns += c && wide(*c) ? 2 : 1;
        if (!c || columns >= most) {
            break;
        }
        out += before.substr(0, before.size() - text.size());
    }
    return out + "…";
}

void Table::print() const {
    bool head = true;
    for (auto const& line : lines()) {
        fmt::print("{}\n", head ? bold(line) : line);
        head = false;
    }
}

std::vector<std::string> Table::lines() const {
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        auto width = columns_of(columns_[i].title);
        for (auto const& row : rows_) {
            width = std::max(width, columns_of(row[i]));
        }
        widths.push_back(width);
    }
    auto const line = [&](auto const& cell_of) {
        std::string text;
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            text += (i == 0 ? "" : "  ") + padded(cell_of(i), widths[i], columns_[i].align);
        }
        text.erase(text.find_last_not_of(' ') + 1);
        return text;
    };
    std::vector<std::string> all{line([&](std::size_t i) { return columns_[i].title; })};
    for (auto const& row : rows_) {
        all.push_back(line([&](std::size_t i) { return row[i]; }));
    }
    return all;
}

bool on_terminal() {
    return ::isatty(STDOUT_FILENO) == 1;
}

bool colours() {
    auto const* const no_color = std::getenv("NO_COLOR");
    return on_terminal() && (no_color == nullptr || *no_color == '\0');
}

std::string bold(std::string const& text) {
    return colours() ? "\x1b[1m" + text + "\x1b[0m" : text;
}

}  // namespace worker::cli
