// The keys of the section `http`.
#include <algorithm>

#include "config/keys.h"

namespace config {

namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

void read_origins(Value const& value, std::vector<std::string>& into) {
    into.clear();
    for_each_item(value, [&](Value const& item) { read_text(item, into.emplace_back()); });
}

}  // namespace

std::vector<Key<Settings>> const& http_keys() {
    using Form = Key<Settings>::Form;
    static std::vector<Key<Settings>> const keys = {
        {"serve", [](Value const& v, Settings& s) { read_flag(v, s.http.serve); }},
        {"host", [](Value const& v, Settings& s) { read_text(v, s.http.host); }},
        {"port", [](Value const& v, Settings& s) { read_integer(v, s.http.port, 0, 65'535); }},
        {"unix_socket", [](Value const& v, Settings& s) { read_path(v, s.http.unix_socket); }},
        {"cert_file", [](Value const& v, Settings& s) { read_path(v, s.http.cert_file); }},
        {"key_file", [](Value const& v, Settings& s) { read_path(v, s.http.key_file); }},
        {.name = "cors_origins",
         .read = [](Value const& v, Settings& s) { read_origins(v, s.http.cors_origins); },
         .form = Form::tree},
        {.name = "trusted_proxies",
         .read = [](Value const& v, Settings& s) { read_origins(v, s.http.trusted_proxies); },
         .form = Form::tree},
        {"max_connections",
         [](Value const& v, Settings& s) {
             read_integer(v, s.http.max_connections, 1, 1'000'000);
         }},
        {"max_body",
         [](Value const& v, Settings& s) { read_integer(v, s.http.max_body, 1'024, 1 << 30); }},
        {"metrics_open", [](Value const& v, Settings& s) { read_flag(v, s.http.metrics_open); }},
        {"idle", [](Value const& v,
                    Settings& s) { read_duration(v, s.http.idle, milliseconds{100}, hours{1}); }},
    };
    return keys;
}

void check_http(Value const& root, Settings const& settings) {
    auto const& http = settings.http;
    if (http.cert_file.empty() != http.key_file.empty()) {
        auto const* const missing = http.cert_file.empty() ? "cert_file" : "key_file";
        root.at("http").at(missing).mistake("missing; `cert_file` and `key_file` go together");
    }
}

}  // namespace config
