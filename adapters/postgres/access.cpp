// How a server is reached, and what may be said of that.
#include <regex>

#include <fmt/core.h>

#include "adapters/postgres/open.h"
#include "adapters/postgres/session.h"

namespace adapters::postgres {

namespace {

// What a dead network must not do for longer than some seconds: keep a caller waiting. Anything of
// these that the url says itself stays as it says.
constexpr std::pair<std::string_view, std::string_view> wishes[] = {
    {"connect_timeout", "5"},  {"keepalives_idle", "5"},      {"keepalives_interval", "2"},
    {"keepalives_count", "3"}, {"tcp_user_timeout", "10000"}, {"application_name", "tallyman"},
};

std::string with_wishes(std::string url) {
    bool const uri = url.find("://") != std::string::npos;
    bool asked = url.find('?') != std::string::npos;
    for (auto const& [key, value] : wishes) {
        if (url.find(std::string{key} + "=") != std::string::npos) {
            continue;
        }
        if (uri) {
            url += asked ? "&" : "?";
            asked = true;
        } else {
            url += " ";
        }
        url += fmt::format("{}={}", key, value);
    }
    return url;
}

std::string quoted_name(std::string_view name) {
    std::string quoted = "\"";
    for (char const c : name) {
        quoted += c;
        quoted += c == '"' ? "\"" : "";
    }
    return quoted + "\"";
}

}  // namespace

std::string without_secrets(std::string why, std::string const& url) {
    static std::regex const in_uri{R"(://[^:/?#@]*:([^?]*)@)"};
    static std::regex const in_words{R"(password\s*=\s*('[^']*'|[^\s&]*))"};
    static std::regex const plain{R"(([^@/?#%\[\]\s:]|%[0-9A-Fa-f]{2})*)"};
    std::smatch found;
    if (std::regex_search(url, found, in_uri) && !std::regex_match(found[1].str(), plain)) {
        return "its password has characters that a url writes as %XX";
    }
    for (auto const* const place : {&in_uri, &in_words}) {
        if (std::regex_search(url, found, *place) && found[1].length() > 0) {
            auto const secret = found[1].str();
            for (auto at = why.find(secret); at != std::string::npos; at = why.find(secret, at)) {
                why.replace(at, secret.size(), "***");
                at += 3;
            }
        }
    }
    return why;
}

Access access_of(std::string const& url, std::string const& schema, base::Millis timeout) {
    return {.url = with_wishes(url),
            .where = without_password(url),
            .schema = quoted_name(schema),
            .statement_timeout = timeout,
            .watchdog = std::make_shared<Watchdog>()};  // of all that copy this
}

}  // namespace adapters::postgres
