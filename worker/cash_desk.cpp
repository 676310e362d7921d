#include "worker/cash_desk.h"

#include <algorithm>

#include <fmt/format.h>

#include "adapters/payments/crypto.h"
#include "jobs/orders.h"

namespace worker {

namespace payments = adapters::payments;

namespace {

constexpr std::string_view simulate = "simulate";

std::string text_of(payments::Payable const& payable) {
    bool const qr = payable.kind == payments::Payable::Kind::qr_code;
    return (qr ? "qr_code " : "redirect ") + payable.url;
}

// Plain words: some platforms sign texts in which other signs could be taken for fields.
std::string subject_of(jobs::Order const& order) {
    if (auto const* const term = std::get_if<jobs::TermBought>(&order.bought)) {
        return fmt::format("{} of membership", term->name);
    }
    return fmt::format("{} credits", jobs::granted_by(order).value);
}

}  // namespace

std::string new_order_secret() {
    return payments::random_nonce().substr(0, jobs::order_secret_size);
}

std::vector<std::string> CashDesk::channels() const {
    std::vector<std::string> channels;
    for (auto const& platform : parts_.payments.platforms()) {
        channels.push_back(platform.name);
    }
    if (parts_.payments.simulate()) {
        channels.emplace_back(simulate);
    }
    return channels;
}

bool CashDesk::has(std::string_view channel) const {
    return std::ranges::any_of(channels(), [&](auto const& each) { return each == channel; });
}

bool CashDesk::can_ask(std::string_view channel) const {
    auto const* const platform = parts_.payments.find(channel);
    return platform != nullptr && platform->inquirer != nullptr;
}

std::string CashDesk::offer_at_once(jobs::Order const& order, base::Timestamp now) const {
    if (!order.offer.empty()) {
        return order.offer;
    }
    if (order.channel == simulate) {
        return "simulate /api/payment/simulate/" + order.id;
    }
    auto const* const cashier = cashier_of(order.channel);
    if (cashier == nullptr) {
        return "external";
    }
    auto const charge = cashier->charge(bill_of(order), now);
    auto const* const payable = std::get_if<payments::Payable>(&charge);
    return payable == nullptr ? "" : text_of(*payable);
}

std::expected<std::string, std::string> CashDesk::ask_for_offer(jobs::Order const& order,
                                                                base::Timestamp now) {
    auto const* const cashier = cashier_of(order.channel);
    if (cashier == nullptr) {
        return std::unexpected{"the platform is not configured for that any more"};
    }
    auto const charge = cashier->charge(bill_of(order), now);
    auto const* const call = std::get_if<payments::Call>(&charge);
    auto offer =
        call == nullptr ? text_of(std::get<payments::Payable>(charge)) : ask(*cashier, *call);
    if (!offer) {
        parts_.log.warning(
            "payments", "a platform did not say how an order is paid",
            {{"provider", order.channel}, {"order", order.id}, {"why", offer.error()}});
    }
    return offer;
}

std::expected<std::string, std::string> CashDesk::ask(payments::Cashier const& cashier,
                                                      payments::Call const& call) {
    auto const reply = parts_.send(call);
    if (!reply) {
        return std::unexpected{reply.error()};
    }
    auto const payable = cashier.read(*reply);
    if (!payable) {
        return std::unexpected{to_text(payable.error())};
    }
    return text_of(*payable);
}

// Whoever can't be called back can't ask for money.
payments::Cashier const* CashDesk::cashier_of(std::string_view channel) const {
    auto const* const platform = parts_.payments.find(channel);
    bool const sells = platform != nullptr && !parts_.settings.public_url.empty();
    return sells ? platform->cashier.get() : nullptr;
}

payments::Bill CashDesk::bill_of(jobs::Order const& order) const {
    return {.order = order.id,
            .amount = order.amount,
            .currency = order.currency,
            .subject = subject_of(order),
            .expires_at = order.expires_at,
            .notify_url = parts_.settings.public_url + "/api/payment/callback/" + order.channel,
            .return_url = parts_.settings.return_url};
}

}  // namespace worker
