// The keys of the section `recharge`: what credits can be bought for, and what becomes of orders.
#include <algorithm>

#include "config/keys.h"

namespace config {

namespace {

using std::chrono::days;
using std::chrono::minutes;

constexpr std::int64_t most_money = 10'000'000'000;  // fen, of one order
constexpr std::int64_t most_credits = 1'000'000'000'000;
constexpr base::Rate most_times{1'000'000'000};  // a thousand times

void read_some_date(Value const& value, std::optional<base::Timestamp>& into) {
    auto at = into.value_or(base::Timestamp{});
    read_date(value, at);
    into = at;
}

void read_amount_of_credits(Value const& value, base::Credits& into) {
    read_integer(value, into.value, 0, most_credits);
}

void read_life(Value const& value, std::optional<base::Millis>& into) {
    if (value.node().kind == Node::Kind::text && value.node().text == "never") {
        into.reset();
        return;
    }
    base::Millis life = days{1};
    read_duration(value, life, minutes{1}, days{36'500});
    into = life;
}

using jobs::Package;

std::vector<Key<Package>> const package_keys = {
    {"amount", [](Value const& v, Package& p) { read_integer(v, p.amount, 1, most_money); }},
    {"credits", [](Value const& v, Package& p) { read_amount_of_credits(v, p.credits); }},
    {"bonus", [](Value const& v, Package& p) { read_amount_of_credits(v, p.bonus); }},
    {"from", [](Value const& v, Package& p) { read_some_date(v, p.from); }},
    {"to", [](Value const& v, Package& p) { read_some_date(v, p.to); }},
    {"active", [](Value const& v, Package& p) { read_flag(v, p.active); }},
    {"expires_after", [](Value const& v, Package& p) { read_life(v, p.life); }},
};

void check_package(Value const& value, Package const& package) {
    if (!is_name(package.name)) {
        value.mistake("not a name of up to 64 letters, digits, `_`, `-` and `.`");
    }
    if (package.amount == 0) {
        value.at("amount").mistake("missing; what the package costs, in fen");
    }
    if (package.credits.value == 0) {
        value.at("credits").mistake("missing; what the package grants, beside its bonus");
    }
    if (package.from && package.to && *package.to <= *package.from) {
        value.at("to").mistake("not after `from`");
    }
}

// By price, as they are shown.
void read_packages(Value const& value, Settings& settings) {
    auto& packages = settings.rules.recharge.packages;
    packages.clear();
    for_each_key(value, [&](std::string const& name, Value const& item) {
        Package package{.name = name};
        read_keys<Package>(item, package_keys, package);
        check_package(item, package);
        packages.push_back(std::move(package));
    });
    std::ranges::sort(packages, {},
                      [](Package const& each) { return std::pair{each.amount, each.name}; });
}

void read_multipliers(Value const& value, Settings& settings) {
    auto& multipliers = settings.rules.recharge.multipliers;
    multipliers.clear();
    for_each_key(value, [&](std::string const& tier, Value const& times) {
        read_rate(times, multipliers[tier], base::Rate{1}, most_times);
    });
}

using Form = Key<Settings>::Form;

}  // namespace

std::vector<Key<Settings>> const& recharge_keys() {
    static std::vector<Key<Settings>> const keys = {
        {.name = "packages", .read = read_packages, .form = Form::tree},
        {.name = "multipliers", .read = read_multipliers, .form = Form::tree},
        {"order_life",
         [](Value const& v, Settings& s) {
             read_duration(v, s.rules.recharge.order_life, minutes{1}, days{15});
         }},
        {"chargeback",
         [](Value const& v, Settings& s) {
             read_word<jobs::Chargeback>(
                 v, s.rules.recharge.chargeback,
                 {{"debt", jobs::Chargeback::debt}, {"loss", jobs::Chargeback::loss}});
         }},
    };
    return keys;
}

}  // namespace config
