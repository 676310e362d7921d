// The text is cut at its delimiters once, in the order of RFC 3986, and each part is held against
// the characters that it may have.
#include "adapters/fetch/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/lower.h"

namespace adapters::fetch {

namespace {

constexpr std::size_t longest_url = 8192;
constexpr std::size_t longest_location = 4096;
constexpr std::size_t longest_host = 253;
constexpr std::size_t longest_label = 63;
constexpr std::size_t longest_shown = 160;

// From 1024 on, of the Fetch standard's list of bad ports.
constexpr std::array<std::uint16_t, 19> bad_ports{1719, 1720, 1723, 2049, 3659, 4045, 4190,
                                                  5060, 5061, 6000, 6566, 6665, 6666, 6667,
                                                  6668, 6669, 6679, 6697, 10080};

std::unexpected<MediaError> bad(std::string message) {
    return std::unexpected{MediaError{.code = "bad_url", .message = std::move(message)}};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// What is before the first of these characters, and what begins with it.
std::pair<std::string_view, std::string_view> cut_at(std::string_view text, char const* any_of) {
    auto const at = std::min(text.find_first_of(any_of), text.size());
    return {text.substr(0, at), text.substr(at)};
}

// An empty answer means that all are well.
std::string wrong_characters(std::string_view text) {
    constexpr std::string_view never = "\"<>\\^`{|}";
    for (std::size_t i = 0; i < text.size(); ++i) {
        char const c = text[i];
        if (c < 0x21 || c > 0x7E || never.contains(c)) {
            return "a URL has only printable ASCII characters; others must be percent-encoded";
        }
        if (c == '%' && (text.size() - i < 3 || !is_hex(text[i + 1]) || !is_hex(text[i + 2]))) {
            return "a percent sign in a URL must be followed by two hexadecimal digits";
        }
    }
    return "";
}

// Libraries read 127.1, 0x7f000001 or 017700000001 as addresses.
bool looks_like_a_number(std::string_view label) {
    bool const hex = label.starts_with("0x") && std::ranges::all_of(label.substr(2), is_hex);
    return hex || std::ranges::all_of(label, is_digit);
}

bool is_label(std::string_view label) {
    return !label.empty() && label.size() <= longest_label &&
           std::ranges::all_of(
               label, [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

std::string why_no_name(std::string_view host) {
    if (host.empty() || host.size() > longest_host) {
        return "the URL has no host, or one longer than 253 characters";
    }
    std::string_view rest = host;
    std::string_view label;
    while (true) {
        auto const dot = std::min(rest.find('.'), rest.size());
        label = rest.substr(0, dot);
        if (!is_label(label)) {
            return "the host of the URL is not a name; other letters than a to z must be written "
                   "in their xn-- form";
        }
        if (dot == rest.size()) {
            break;
        }
        rest.remove_prefix(dot + 1);
    }
    return looks_like_a_number(label)
               ? fmt::format("`{}` is no host: an address is four decimal numbers", host)
               : "";
}

std::expected<void, MediaError> take_host(Url& url, std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) {
        url.address = parse_ipv6(host.substr(1, host.size() - 2));
        if (!url.address) {
            return bad("what is between the brackets of the URL is no IPv6 address");
        }
        url.host = to_text(*url.address);
        return {};
    }
    url.host = base::lower(host);
    url.address = parse_ipv4(url.host);
    if (auto why = url.address ? std::string{} : why_no_name(url.host); !why.empty()) {
        return bad(std::move(why));
    }
    return {};
}

std::expected<void, MediaError> take_port(Url& url, std::string_view text) {
    if (text.empty()) {
        url.port = url.tls ? 443 : 80;
        return {};
    }
    text.remove_prefix(1);  // the colon
    auto const* const begin = text.begin();
    auto const* const end = text.end();
    auto const [stopped, error] = std::from_chars(begin, end, url.port);
    if (text.empty() || error != std::errc{} || stopped != end || text[0] == '0') {
        return bad("the port in the URL is not a number from 1 to 65535");
    }
    return {};
}

std::expected<void, MediaError> take_authority(Url& url, std::string_view authority) {
    if (authority.contains('@')) {
        return bad("a URL with a name or a password is not accepted");
    }
    if (authority.contains('%')) {
        return bad("a percent sign in the host of a URL is not accepted");
    }
    auto const bracket = authority.find(']');
    auto const from = bracket == std::string_view::npos ? 0 : bracket;
    auto const colon = std::min(authority.find(':', from), authority.size());
    if (auto taken = take_host(url, authority.substr(0, colon)); !taken) {
        return taken;
    }
    return take_port(url, authority.substr(colon));
}

// "/a/./b/../c" is "/a/c".
std::string without_dots(std::string_view path) {
    std::vector<std::string_view> kept;
    bool folder = false;  // it ends with a slash
    while (!path.empty()) {
        path.remove_prefix(1);  // its slash
        auto const [segment, rest] = cut_at(path, "/");
        folder = segment.empty() || segment == "." || segment == "..";
        if (segment == "..") {
            if (!kept.empty()) {
                kept.pop_back();
            }
        } else if (segment != "." && (!segment.empty() || !rest.empty())) {
            kept.push_back(segment);
        }
        path = rest;
    }
    std::string result;
    for (auto const segment : kept) {
        result.append("/").append(segment);
    }
    return folder || result.empty() ? result + "/" : result;
}

bool has_scheme(std::string_view text) {
    auto const [scheme, rest] = cut_at(text, ":/?#");
    return rest.starts_with(':');
}

}  // namespace

std::string Url::authority() const {
    auto const name = address && address->six ? fmt::format("[{}]", host) : host;
    return port == (tls ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

std::string Url::origin() const {
    return fmt::format("{}://{}", tls ? "https" : "http", authority());
}

std::string Url::shown() const {
    auto text = origin() + path;
    if (text.size() > longest_shown) {
        text.resize(longest_shown);
        text += "…";
    }
    return text;
}

std::expected<Url, MediaError> parse_url(std::string_view text) {
    if (text.size() > longest_url) {
        return bad("a URL has at most 8192 characters");
    }
    auto const scheme_end = text.find("://");
    auto const scheme = base::lower(text.substr(0, std::min(scheme_end, std::size_t{6})));
    if (scheme_end == std::string_view::npos || (scheme != "http" && scheme != "https")) {
        return bad("a URL begins with https:// or http://");
    }
    if (auto why = wrong_characters(text); !why.empty()) {
        return bad(std::move(why));
    }
    Url url{.tls = scheme == "https"};
    text = cut_at(text.substr(scheme_end + 3), "#").first;
    auto const [authority, target] = cut_at(text, "/?");
    if (auto taken = take_authority(url, authority); !taken) {
        return std::unexpected{taken.error()};
    }
    auto const [path, query] = cut_at(target, "?");
    url.path = path.empty() ? "/" : path;
    url.query = query;
    return url;
}

std::expected<Url, MediaError> join(Url const& base, std::string_view location) {
    if (location.size() > longest_location) {
        return bad("a redirect leads to a URL of more than 4096 characters");
    }
    if (has_scheme(location)) {
        return parse_url(location);
    }
    if (location.starts_with("//")) {
        return parse_url(fmt::format("{}:{}", base.tls ? "https" : "http", location));
    }
    auto const [path, rest] = cut_at(cut_at(location, "#").first, "?");
    std::string whole = base.path;
    if (path.starts_with('/')) {
        whole = path;
    } else if (!path.empty()) {
        whole = base.path.substr(0, base.path.rfind('/') + 1).append(path);
    }
    auto const query = rest.empty() && path.empty() ? std::string_view{base.query} : rest;
    return parse_url(fmt::format("{}{}{}", base.origin(), without_dots(whole), query));
}

bool is_web_port(std::uint16_t port) {
    return port == 80 || port == 443 ||
           (port >= 1024 && std::ranges::find(bad_ports, port) == bad_ports.end());
}

}  // namespace adapters::fetch
