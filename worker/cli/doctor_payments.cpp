// doctor: whether the keys of payment platforms load, and how long they last.
#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "worker/cli/doctor.h"
#include "worker/cli/text.h"
#include "worker/payments.h"

namespace worker::cli {

namespace {

// WeChat has a new certificate for some weeks before the old one ends.
constexpr std::chrono::days soon{14};

void judge_end(Checks& checks, PaymentPlatform const& platform, base::Timestamp now) {
    if (!platform.expires_at || *platform.expires_at > now + soon) {
        return;
    }
    bool const over = *platform.expires_at <= now;
    checks.push_back({"payments", Health::warning,
                      fmt::format("{}: a certificate {} {}", platform.name,
                                  over ? "has ended" : "ends", local_time(*platform.expires_at)),
                      "get the platform's new one and list it beside or in place of the old one"});
}

void judge(Checks& checks, PaymentPlatform const& platform) {
    bool const can_ask = platform.inquirer != nullptr;
    bool const asks = platform.name != "stripe";
    checks.push_back({"payments", Health::ok,
                      fmt::format("{}: {}{}", platform.name, platform.keys,
                                  can_ask ? ", and a key to ask about orders"
                                  : asks  ? ", no key to ask about orders"
                                          : ""),
                      can_ask || !asks
                          ? ""
                          : "with one, orders whose notice is lost are found: docs/payments.md"});
}

// Whoever has the keys to ask for money and no address to be called back at asks nobody.
void judge_address(Checks& checks, Payments const& payments, config::Payments const& settings) {
    bool const could = std::ranges::any_of(
        payments.platforms(), [](auto const& platform) { return platform.cashier != nullptr; });
    if (could && settings.public_url.empty()) {
        checks.push_back({"payments", Health::ok,
                          "payments.public_url is not set: orders say `external`, not how to pay",
                          "set it where Tallyman is to ask platforms for money: docs/payments.md"});
    }
}

}  // namespace

void check_payments(Checks& checks, Context& context) {
    auto const& settings = context.settings().payments;
    auto const payments = make_payments(settings);
    auto const now = std::chrono::floor<base::Millis>(std::chrono::system_clock::now());
    if (payments->platforms().empty()) {
        checks.push_back({"payments", Health::ok, "no platform configured", ""});
    }
    for (auto const& platform : payments->platforms()) {
        judge(checks, platform);
        judge_end(checks, platform, now);
    }
    judge_address(checks, *payments, settings);
    if (settings.simulate) {
        checks.push_back({"payments", Health::warning,
                          "payments.simulate is on: orders can be paid without money",
                          "turn it off where credits are worth something"});
    }
    if (settings.stripe.there() && settings.stripe.test_mode) {
        checks.push_back({"payments", Health::warning,
                          "payments.stripe.test_mode is on: test events grant credits",
                          "turn it off where credits are worth something"});
    }
}

}  // namespace worker::cli
