// A URL as RFC 3986 has it: scheme://user:password@host:port/database.
#include "adapters/redis/settings.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "adapters/store.h"

namespace adapters::redis {

namespace {

constexpr std::string_view usual_port = "6379";
constexpr std::string_view sentinel_port = "26379";
constexpr std::string_view url_form =
    "expected redis://HOST:PORT/DATABASE, rediss://… for TLS, or unix:///PATH "
    "(what was given is not shown)";

[[noreturn]] void mistake(std::string_view key, std::string_view what) {
    throw Unusable{fmt::format("redis.{}: {}", key, what)};
}

std::optional<int> number(std::string_view text, int low, int high) {
    int value = 0;
    auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const all = code == std::errc{} && end == text.data() + text.size();
    return all && value >= low && value <= high ? std::optional{value} : std::nullopt;
}

// "%40" is "@": passwords have such characters.
std::string decoded(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            plain += text[at];
            continue;
        }
        unsigned byte = 0;
        auto const digits = text.substr(at + 1, 2);
        auto const [end, code] =
            std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
        if (code != std::errc{} || digits.size() != 2 || end != digits.data() + 2) {
            mistake("url", "has a % that is not followed by two hexadecimal digits; write %25");
        }
        plain += static_cast<char>(byte);
        at += 2;
    }
    return plain;
}

// "host:port", "[::1]:port", or either without the port.
std::optional<Place> place_of(std::string_view text, std::string_view default_port) {
    Place place{.port = std::string{default_port}};
    auto rest = text;
    if (text.starts_with('[')) {
        auto const close = text.find(']');
        if (close == std::string_view::npos) {
            return std::nullopt;
        }
        place.host = text.substr(1, close - 1);
        rest = text.substr(close + 1);
    } else {
        place.host = text.substr(0, text.find(':'));
        rest = text.substr(place.host.size());
    }
    if (rest.starts_with(':')) {
        place.port = rest.substr(1);
    } else if (!rest.empty()) {
        return std::nullopt;
    }
    bool const right = !place.host.empty() && number(place.port, 1, 65'535);
    return right ? std::optional{place} : std::nullopt;
}

void take_database(std::string_view text, Settings& settings) {
    if (text.empty()) {
        return;
    }
    auto const database = number(text, 0, 65'535);
    if (!database) {
        mistake("url", "expected the number of a database behind the last /");
    }
    settings.database = *database;
}

void take_unix(std::string_view rest, Settings& settings) {
    auto const question = rest.find("?db=");
    if (question != std::string_view::npos) {
        take_database(rest.substr(question + 4), settings);
    }
    settings.place.path = decoded(rest.substr(0, question));
    if (!settings.place.path.starts_with('/')) {
        mistake("url", url_form);
    }
}

void take_network(std::string_view rest, Settings& settings) {
    auto const slash = rest.find('/');
    auto authority = rest.substr(0, slash);
    if (slash != std::string_view::npos) {
        take_database(rest.substr(slash + 1), settings);
    }
    if (auto const at = authority.rfind('@'); at != std::string_view::npos) {
        auto const who = authority.substr(0, at);
        auto const colon = who.find(':');
        settings.user = decoded(who.substr(0, colon));
        if (colon != std::string_view::npos) {
            settings.password = decoded(who.substr(colon + 1));
        }
        authority.remove_prefix(at + 1);
    }
    if (authority.empty() && !settings.sentinels.empty()) {
        return;  // they know where it is
    }
    auto const place = place_of(authority, usual_port);
    if (!place) {
        mistake("url", url_form);
    }
    settings.place = *place;
}

void take_url(std::string_view url, Settings& settings) {
    auto const end = url.find("://");
    auto const scheme = url.substr(0, end);
    if (end == std::string_view::npos) {
        mistake("url", url_form);
    }
    auto const rest = url.substr(end + 3);
    settings.tls = scheme == "rediss";
    if (scheme == "unix" && settings.sentinels.empty()) {
        take_unix(rest, settings);
    } else if (scheme == "redis" || scheme == "rediss") {
        take_network(rest, settings);
    } else {
        mistake("url", url_form);
    }
}

void take_sentinels(Written const& written, Settings& settings) {
    for (auto const& sentinel : written.sentinels) {
        auto const place = place_of(sentinel, sentinel_port);
        if (!place) {
            mistake("sentinels", fmt::format("expected HOST:PORT, got `{}`", sentinel));
        }
        settings.sentinels.push_back(*place);
    }
    if (settings.sentinels.empty() != settings.master.empty()) {
        mistake("master", "expected a name exactly where there are sentinels");
    }
}

void check(Settings const& settings) {
    if (settings.cert_file.empty() != settings.key_file.empty()) {
        mistake("cert_file", "expected together with key_file");
    }
    if (!settings.tls && !(settings.ca_file.empty() && settings.cert_file.empty())) {
        mistake("ca_file", "is only for TLS; begin the url with rediss://");
    }
    auto const plain = [](char c) { return c > ' ' && c < '\x7f' && c != '{' && c != '}'; };
    bool const right = std::ranges::all_of(settings.prefix, plain);
    if (settings.prefix.empty() || settings.prefix.size() > 64 || !right) {
        mistake("prefix", "expected 1 to 64 characters without blanks and braces");
    }
}

}  // namespace

Settings parse(Written const& written) {
    Settings settings{.prefix = written.prefix,
                      .master = written.master,
                      .sentinel_password = written.sentinel_password,
                      .ca_file = written.ca_file,
                      .cert_file = written.cert_file,
                      .key_file = written.key_file,
                      .timeout = written.timeout};
    take_sentinels(written, settings);
    if (!written.url.empty() || settings.sentinels.empty()) {
        take_url(written.url, settings);
    }
    if (!settings.sentinels.empty()) {
        settings.place = {};
    }
    if (!written.user.empty()) {
        settings.user = written.user;
    }
    if (!written.password.empty()) {
        settings.password = written.password;
    }
    check(settings);
    return settings;
}

std::string to_text(Place const& place, bool tls) {
    if (!place.path.empty()) {
        return "unix://" + place.path;
    }
    bool const six = place.host.contains(':');
    return fmt::format("{}://{}{}{}:{}", tls ? "rediss" : "redis", six ? "[" : "", place.host,
                       six ? "]" : "", place.port);
}

std::string to_text(Settings const& settings) {
    if (settings.sentinels.empty()) {
        return to_text(settings.place, settings.tls);
    }
    return fmt::format("{} `{}` of {} sentinels", settings.tls ? "rediss" : "redis",
                       settings.master, settings.sentinels.size());
}

}  // namespace adapters::redis
