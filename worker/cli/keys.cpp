// keys create NAME --scope S…, keys list, keys revoke NUMBER: who may call over HTTP.
#include <algorithm>
#include <charconv>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "adapters/identity/api_key.h"
#include "wire/credits_request.h"
#include "wire/key_json.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

using adapters::ApiKey;

constexpr base::Millis longest_life = std::chrono::days{36'500};

std::optional<std::int64_t> number_in(std::string_view text) {
    std::int64_t number = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    bool const whole = error == std::errc{} && end == text.data() + text.size();
    return whole && number > 0 ? std::optional{number} : std::nullopt;
}

std::string most(std::int64_t limit) {
    return limit == 0 ? "any" : std::to_string(limit);
}

class Keys final : public Verb {
public:
    void declare(Options& options) override {
        auto& create = options.word("create", word_, "Makes a key and shows it, once");
        create.required("NAME", name_, "what the key is for");
        create.many("--scope", "S", scopes_,
                    "what it may do: jobs, credits, sync, read, admin; several with commas");
        create.text("--expires", "WHEN", expires_,
                    "a time to live such as 90d, or a date (default: it does not expire)");
        create.number("--per-minute", per_minute_, 0, wire::most_per_minute,
                      "requests a minute (default: 0, no limit)");
        for (auto const& [name, cap] :
             {std::pair{"--daily-cap", &daily_cap_}, std::pair{"--monthly-cap", &monthly_cap_}}) {
            create.number(name, *cap, 0, wire::most_credits,
                          "credits that it may spend, on all accounts together (default: 0, no "
                          "cap)");
        }
        create.number("--rate", per_minute_, 0, wire::most_per_minute, "as --per-minute");
        create.example("  tallyman keys create pipeline --scope jobs,credits --expires 90d");
        auto& list = options.word("list", word_, "Lists all keys, without the keys themselves");
        list.example("  tallyman keys list");
        auto& revoke = options.word("revoke", word_, "Ends a key for good, within a second");
        revoke.required("NUMBER", name_, "its number, or its name if no other key has that");
        revoke.example("  tallyman keys revoke 3");
        options.example("  tallyman keys create pipeline --scope jobs,credits");
    }

    int run(Context& context) override {
        if (word_ == "create") {
            return create(context);
        }
        return word_ == "revoke" ? revoke(context) : list(context);
    }

private:
    std::vector<adapters::Scope> scopes() const {
        std::vector<adapters::Scope> scopes;
        for (auto const& word : scopes_) {
            auto const scope = adapters::parse_scope(word);
            if (!scope) {
                throw Stop(usage, fmt::format("--scope: expected jobs, credits, sync, read or "
                                              "admin, got `{}`",
                                              clean(word)));
            }
            if (std::ranges::find(scopes, *scope) == scopes.end()) {
                scopes.push_back(*scope);
            }
        }
        if (scopes.empty()) {
            throw Stop(usage, "--scope is needed: jobs, credits, sync, read or admin");
        }
        return scopes;
    }

    std::optional<base::Timestamp> expires_at(base::Timestamp now) const {
        if (expires_.empty()) {
            return std::nullopt;
        }
        auto at = base::parse_timestamp(expires_);
        if (auto const life = base::parse_duration(expires_)) {
            at = *life <= longest_life ? std::optional{now + *life} : std::nullopt;
        }
        if (!at || *at <= now) {
            throw Stop(usage, fmt::format("--expires: expected a time to live such as 90d or a "
                                          "date in the future, got `{}`",
                                          clean(expires_)));
        }
        return at;
    }

    void check_name() const {
        auto const mistake = wire::mistake_in_key_name(name_);
        if (mistake || name_ != clean(name_)) {
            throw Stop(usage, "NAME: " + mistake.value_or("must be printable"));
        }
    }

    int create(Context& context) const {
        check_name();
        auto wanted = scopes();
        auto& store = context.store(Opening::create);
        auto const now = store.now();
        auto made = adapters::identity::make_api_key();
        made.key.name = name_;
        made.key.scopes = std::move(wanted);
        made.key.per_minute = per_minute_;
        made.key.daily_cap = {daily_cap_};
        made.key.monthly_cap = {monthly_cap_};
        made.key.expires_at = expires_at(now);
        auto const key = store.add_api_key(made.key);
        if (context.json()) {
            auto json = wire::key_json(key, now);
            json["key"] = made.text;
            Context::print(json);
            return done;
        }
        fmt::print("{}\n", made.text);
        complain(
            fmt::format("this is key {} ({}); it is shown only now", key.number, clean(key.name)));
        return done;
    }

    static int list(Context& context) {
        auto& store = context.store(Opening::existing);
        auto const now = store.now();
        auto const keys = store.api_keys();
        if (context.json()) {
            boost::json::array all;
            for (auto const& key : keys) {
                all.push_back(wire::key_json(key, now));
            }
            Context::print(boost::json::object{{"keys", std::move(all)}});
            return done;
        }
        Table table({{"NUMBER", Table::Align::right},
                     {"NAME"},
                     {"KEY"},
                     {"SCOPES"},
                     {"A MINUTE", Table::Align::right},
                     {"A DAY", Table::Align::right},
                     {"A MONTH", Table::Align::right},
                     {"STATE"},
                     {"EXPIRES"},
                     {"LAST USED"}});
        for (auto const& key : keys) {
            auto const shown = [](std::optional<base::Timestamp> const& at) {
                return at ? local_time(*at) : std::string{"never"};
            };
            table.row({std::to_string(key.number), clean(key.name), clean(key.prefix) + "…",
                       adapters::to_text(key.scopes), most(key.per_minute),
                       most(key.daily_cap.value), most(key.monthly_cap.value),
                       std::string{wire::key_state(key, now)}, shown(key.expires_at),
                       shown(key.last_used_at)});
        }
        table.print();
        return done;
    }

    int revoke(Context& context) const {
        auto& store = context.store(Opening::existing);
        auto const number = number_of(store.api_keys());
        store.revoke_api_key(number);
        auto const keys = store.api_keys();
        auto const key = std::ranges::find(keys, number, &ApiKey::number);
        if (context.json()) {
            Context::print(wire::key_json(*key, store.now()));
        } else {
            fmt::print("key {} ({}) is revoked\n", key->number, clean(key->name));
        }
        return done;
    }

    std::int64_t number_of(std::vector<ApiKey> const& keys) const {
        std::vector<std::int64_t> meant;
        auto const number = number_in(name_);
        for (auto const& key : keys) {
            if (number ? key.number == *number : key.name == name_ && !key.revoked_at) {
                meant.push_back(key.number);
            }
        }
        if (meant.empty()) {
            throw Stop(answer_is_no,
                       fmt::format("there is no live key `{}`; `tallyman keys list` lists them",
                                   clean(name_)));
        }
        if (meant.size() > 1) {
            throw Stop(usage, fmt::format("{} keys have the name `{}`; say which by its number: {}",
                                          meant.size(), clean(name_), fmt::join(meant, ", ")));
        }
        return meant.front();
    }

    std::string word_;
    std::string name_;
    std::vector<std::string> scopes_;
    std::string expires_;
    std::int64_t per_minute_ = 0;
    std::int64_t daily_cap_ = 0;
    std::int64_t monthly_cap_ = 0;
};

}  // namespace

std::unique_ptr<Verb> make_keys() {
    return std::make_unique<Keys>();
}

}  // namespace worker::cli
