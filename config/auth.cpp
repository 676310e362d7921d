// The keys of the section `auth`. Whether a key file holds what tokens can be verified with is for
// the adapter to say.
#include <algorithm>

#include "config/keys.h"
#include "config/secret.h"

namespace config {

namespace {

using std::chrono::minutes;
using std::chrono::seconds;

void read_key_files(Value const& value, Jwt& jwt) {
    jwt.key_files.clear();
    for_each_item(value, [&](Value const& item) { read_path(item, jwt.key_files.emplace_back()); });
}

// Whoever can change what comes from the address can be any user, so it is not read in the clear
// but from this machine.
void read_keys_address(Value const& value, std::string& into) {
    auto const& node = value.node();
    std::string text;
    if (node.kind != Node::Kind::text || !node.text.empty()) {
        read_text(value, text);
    }
    auto const is_local = [&](std::string_view host) {
        auto const rest = std::string_view{text}.substr(std::min(text.size(), host.size()));
        return text.starts_with(host) && (rest.empty() || rest[0] == ':' || rest[0] == '/') &&
               text.find('@') == std::string::npos;
    };
    if (text.empty() || text.starts_with("https://") || is_local("http://127.0.0.1") ||
        is_local("http://localhost") || is_local("http://[::1]")) {
        into = text;
    } else {
        value.expected("an https:// address");
    }
}

std::vector<Key<Settings>> const jwt_keys = {
    {"secret",
     [](Value const& v, Settings& s) { read_secret(v, s.auth.jwt.secret, {.shortest = 0}); }},
    {"secret_file", [](Value const& v, Settings& s) { read_secret_file(v, s.auth.jwt.secret); }},
    {.name = "key_files",
     .read = [](Value const& v, Settings& s) { read_key_files(v, s.auth.jwt); },
     .form = Key<Settings>::Form::tree},
    {"jwks_file", [](Value const& v, Settings& s) { read_path(v, s.auth.jwt.jwks_file); }},
    {"jwks_url", [](Value const& v, Settings& s) { read_keys_address(v, s.auth.jwt.jwks_url); }},
    {"issuer", [](Value const& v, Settings& s) { read_text(v, s.auth.jwt.issuer); }},
    {"audience", [](Value const& v, Settings& s) { read_text(v, s.auth.jwt.audience); }},
    {"leeway", [](Value const& v,
                  Settings& s) { read_duration(v, s.auth.jwt.leeway, seconds{0}, minutes{10}); }},
};

}  // namespace

std::vector<Key<Settings>> const& auth_keys() {
    static std::vector<Key<Settings>> const keys = {
        {.name = "jwt", .section = jwt_keys},
        {"admin_key_file",
         [](Value const& v, Settings& s) { read_path(v, s.auth.admin_key_file); }},
    };
    return keys;
}

void check_auth(Value const& root) {
    auto const jwt = root.at("auth").at("jwt");
    if (jwt.has("secret") && jwt.has("secret_file")) {
        jwt.at("secret_file").mistake("given beside `secret`, expected one of the two");
    }
}

}  // namespace config
