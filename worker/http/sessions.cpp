#include "worker/http/sessions.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/http/facts.h"
#include "adapters/identity/api_key.h"

namespace worker::http {

namespace {

constexpr std::string_view cookie_name = "tallyman_session";
constexpr std::string_view console_header = "x-tallyman-console";

// "https://host:1" is of "host:1".
bool is_of(std::string_view origin, std::string_view host) {
    auto const at = origin.find("://");
    return at != std::string_view::npos && !host.empty() && origin.substr(at + 3) == host;
}

}  // namespace

Sessions::Opened Sessions::open(std::string key_hash, base::Timestamp now) {
    make_room(now);
    auto secret = adapters::identity::make_secret();
    auto const until = now + longest;
    kept_.insert_or_assign(adapters::identity::hash_of_api_key(secret),
                           Session{.key_hash = std::move(key_hash), .until = until, .used = now});
    return {.secret = std::move(secret), .until = until};
}

std::optional<Sessions::Known> Sessions::find(std::string_view secret, base::Timestamp now) {
    auto const found = kept_.find(adapters::identity::hash_of_api_key(secret));
    if (found == kept_.end()) {
        return std::nullopt;
    }
    auto& session = found->second;
    if (session.until <= now || session.used + idlest <= now) {
        kept_.erase(found);
        return std::nullopt;
    }
    session.used = now;
    return Known{.key_hash = session.key_hash, .until = session.until};
}

bool Sessions::lasts(std::string const& hash, base::Timestamp now) const {
    auto const found = kept_.find(hash);
    return found != kept_.end() && now < found->second.until && now < found->second.used + idlest;
}

void Sessions::close(std::string_view secret) {
    kept_.erase(adapters::identity::hash_of_api_key(secret));
}

void Sessions::make_room(base::Timestamp now) {
    if (kept_.size() < most) {
        return;
    }
    std::erase_if(kept_, [&](auto const& entry) {
        return entry.second.until <= now || entry.second.used + idlest <= now;
    });
    if (kept_.size() >= most) {
        kept_.erase(std::ranges::min_element(kept_, {},
                                             [](auto const& entry) { return entry.second.until; }));
    }
}

std::string_view session_in(adapters::http::Request const& request) {
    for (auto const& header : request.headers) {
        if (header.name != "cookie") {
            continue;
        }
        std::string_view rest = header.value;
        while (!rest.empty()) {
            auto const end = std::min(rest.find(';'), rest.size());
            auto const pair = adapters::http::trimmed(rest.substr(0, end));
            rest.remove_prefix(std::min(rest.size(), end + 1));
            if (pair.starts_with(cookie_name) && pair.substr(cookie_name.size()).starts_with('=')) {
                return pair.substr(cookie_name.size() + 1);
            }
        }
    }
    return {};
}

bool is_own_page(adapters::http::Request const& request) {
    auto const site = request.header("sec-fetch-site");
    auto const origin = request.header("origin");
    bool const own = site.empty() ? is_of(origin, request.header("host")) : site == "same-origin";
    bool const marked = !request.header(console_header).empty();
    if (request.method == "GET" || request.method == "HEAD") {
        bool const foreign = !own && (!site.empty() || !origin.empty());
        return own || (marked && !foreign);
    }
    return own && marked;
}

std::string session_cookie(std::string_view secret, bool secure) {
    return fmt::format("{}={}; Path=/; HttpOnly; SameSite=Strict{}{}", cookie_name, secret,
                       secret.empty() ? "; Max-Age=0" : "", secure ? "; Secure" : "");
}

}  // namespace worker::http
