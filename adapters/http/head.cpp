#include "adapters/http/head.h"

#include <algorithm>
#include <array>
#include <ctime>

#include <boost/beast/http/status.hpp>
#include <fmt/format.h>

namespace adapters::http {

namespace {

bool is_clean(std::string_view text) {
    return std::ranges::none_of(text, [](char byte) {
        auto const value = static_cast<unsigned char>(byte);
        return (value < 0x20 && byte != '\t') || value == 0x7F;
    });
}

void add(std::string& out, std::string_view name, std::string_view value) {
    out += name;
    out += ": ";
    out += value;
    out += "\r\n";
}

void add_status(int status, std::string& out) {
    out += "HTTP/1.1 ";
    out += fmt::format_int{status}.c_str();
    out += ' ';
    auto const known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    auto const reason = boost::beast::http::obsolete_reason(known);
    out.append(reason.data(), reason.size());
    out += "\r\n";
}

}  // namespace

bool has_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

void write_head(Head const& head, Facts const& facts, std::string& out) {
    add_status(head.status, out);
    add(out, "Date", head.date);
    add(out, "X-Request-Id", facts.id);
    out += "X-Content-Type-Options: nosniff\r\n";
    if (!head.type.empty() && has_body(head.status) && is_clean(head.type)) {
        add(out, "Content-Type", head.type);
    }
    if (head.length && has_body(head.status)) {
        add(out, "Content-Length", fmt::format_int{*head.length}.c_str());
    }
    if (head.chunked) {
        out += "Transfer-Encoding: chunked\r\n";
    }
    if (!head.keep_alive) {
        out += "Connection: close\r\n";
    } else if (facts.http_1_0) {
        out += "Connection: keep-alive\r\n";
    }
    for (auto const& header : *head.headers) {
        if (!header.name.empty() && is_clean(header.name) && is_clean(header.value)) {
            add(out, header.name, header.value);
        }
    }
    out += "\r\n";
}

std::string http_date(std::int64_t seconds_since_epoch) {
    constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const seconds = static_cast<std::time_t>(seconds_since_epoch);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                       days.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                       months.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                       parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace adapters::http
