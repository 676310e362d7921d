#include "wire/key_json.h"

#include <algorithm>

#include <boost/json/array.hpp>
#include <fmt/format.h>

namespace wire {

namespace {

constexpr std::size_t longest_name = 64;

bool is_control(char letter) {
    return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
}

bool is_digit(char letter) {
    return letter >= '0' && letter <= '9';
}

}  // namespace

std::string_view key_state(adapters::ApiKey const& key, base::Timestamp now) {
    if (key.revoked_at) {
        return "revoked";
    }
    return key.expires_at && *key.expires_at <= now ? "expired" : "live";
}

boost::json::object key_json(adapters::ApiKey const& key, base::Timestamp now) {
    boost::json::array scopes;
    for (auto const scope : key.scopes) {
        scopes.emplace_back(adapters::to_text(scope));
    }
    boost::json::object json{{"number", key.number},
                             {"name", key.name},
                             {"prefix", key.prefix},
                             {"scopes", std::move(scopes)},
                             {"per_minute", key.per_minute},
                             {"state", key_state(key, now)},
                             {"created_at", base::to_ms(key.created_at)}};
    for (auto const& [name, cap] :
         {std::pair{"daily_cap", key.daily_cap}, std::pair{"monthly_cap", key.monthly_cap}}) {
        if (cap.value > 0) {
            json[name] = cap.value;
        }
    }
    auto const put = [&](char const* name, std::optional<base::Timestamp> const& at) {
        if (at) {
            json[name] = base::to_ms(*at);
        }
    };
    put("expires_at", key.expires_at);
    put("revoked_at", key.revoked_at);
    put("last_used_at", key.last_used_at);
    return json;
}

std::optional<std::string> mistake_in_key_name(std::string_view name) {
    if (name.empty() || name.size() > longest_name || std::ranges::any_of(name, is_control) ||
        std::ranges::all_of(name, is_digit)) {
        return fmt::format("must be up to {} printable characters that are not just a number",
                           longest_name);
    }
    return std::nullopt;
}

}  // namespace wire
