#include "worker/cli/order_view.h"

#include <algorithm>
#include <ranges>

#include <fmt/format.h>

#include "jobs/purchase.h"
#include "worker/cli/text.h"

namespace worker::cli {

namespace {

std::string money(std::int64_t amount, std::string_view currency) {
    return fmt::format("{}.{:02} {}", amount / 100, amount % 100, clean(currency));
}

void print_time(char const* label, std::optional<base::Timestamp> at) {
    if (at) {
        fmt::print("{:<10}{}\n", label, local_time(*at));
    }
}

void print_head(jobs::Order const& order) {
    fmt::print("{}\n\n",
               bold(fmt::format("order {}: {} for {}, {}", order.id, bought_in_words(order),
                                clean(order.user), jobs::to_text(order.status))));
    fmt::print("price     {} by {}\n", price_of(order), clean(order.channel));
    fmt::print("opened    {}, until {}\n", local_time(order.created_at),
               local_time(order.expires_at));
    if (order.was_paid()) {
        fmt::print("paid      {} by {}, payment {}\n", local_time(*order.paid_at),
                   clean(order.provider), clean(order.trade));
    }
    print_time("closed", order.closed_at);
    if (order.member_from && order.member_until) {
        fmt::print("member    from {} until {}\n", local_time(*order.member_from),
                   local_time(*order.member_until));
    }
}

void print_grant(char const* label, std::int64_t number, ledger::Wallet const* wallet) {
    if (number == 0 || wallet == nullptr) {
        return;
    }
    auto const found = std::ranges::find(wallet->grants, number, &ledger::Grant::number);
    if (found == wallet->grants.end()) {
        return;
    }
    fmt::print("{:<10}{}: {} credits, {} remain{}\n", label,
               ledger::public_id(wallet->account.id, number), found->amount.value,
               found->remaining.value,
               found->expires_at ? ", until " + local_time(*found->expires_at) : "");
}

void print_returns(jobs::Order const& order) {
    for (auto const& each : order.returns) {
        fmt::print("{:<10}{} ({}), {}\n", each.chargeback ? "chargeback" : "returned",
                   money(each.amount, order.currency), clean(each.id), local_time(each.at));
    }
    if (order.revoked.value + order.owed.value + order.lost.value != 0) {
        fmt::print("taken     {} credits; {} became a debt, {} are lost\n", order.revoked.value,
                   order.owed.value, order.lost.value);
    }
}

void print_words(char const* label, jobs::Words const& words) {
    if (!words.empty()) {
        fmt::print("{:<10}{}\n", label, clean(fmt::format("{}", fmt::join(words, ", "))));
    }
}

std::string detail_of(jobs::PaymentNotice const& notice) {
    auto detail = fmt::format("{}", fmt::join(notice.reasons, ", "));
    auto const add = [&detail](std::string const& more) {
        if (!more.empty()) {
            detail += (detail.empty() ? "" : "; ") + more;
        }
    };
    if (notice.amount) {
        add(money(*notice.amount, notice.currency));
    }
    if (notice.returned > 0) {
        add(money(notice.returned, notice.currency) + " given back");
    }
    add(notice.trade.empty() ? "" : "payment " + notice.trade);
    add(notice.provider == "operator" || notice.kind == "query: no answer" ? notice.body : "");
    return detail;
}

void print_notices(std::vector<adapters::StoredNotice> const& notices) {
    if (notices.empty()) {
        fmt::print("\nnobody has said anything about it\n");
        return;
    }
    using enum Table::Align;
    fmt::print("\n");
    Table table({{"#", right}, {"TIME"}, {"FROM"}, {"WHAT"}, {"SAYS"}, {"OUTCOME"}, {"DETAIL"}});
    for (auto const& [number, notice] : std::views::reverse(notices)) {
        table.row({std::to_string(number), local_time(notice.received_at), clean(notice.provider),
                   clean(notice.kind), std::string{jobs::to_text(notice.state)},
                   std::string{jobs::to_text(notice.outcome)}, clean(detail_of(notice))});
    }
    table.print();
}

}  // namespace

std::string price_of(jobs::Order const& order) {
    if (order.channel == jobs::by_credits) {
        return counted(order.amount, "credit");
    }
    auto const price = money(order.amount, order.currency);
    bool const other = jobs::paid_for(order) != order.amount;
    return other ? price + ", paid " + money(order.paid, order.currency) : price;
}

std::string bought_in_words(jobs::Order const& order) {
    if (auto const* const term = std::get_if<jobs::TermBought>(&order.bought)) {
        return clean(term->name) + " of membership";
    }
    auto const& bought = std::get<jobs::CreditsBought>(order.bought);
    return fmt::format("{}: {} + {} credits", clean(bought.package), bought.credits.value,
                       bought.bonus.value);
}

void print_order(jobs::Order const& order, std::vector<adapters::StoredNotice> const& notices,
                 ledger::Wallet const* wallet) {
    print_head(order);
    print_grant("grant", order.grant, wallet);
    print_grant("bonus", order.bonus_grant, wallet);
    print_returns(order);
    print_words("flags", order.flags);
    print_words("review", order.review);
    if (order.asked > 0) {
        fmt::print("asked     {}, last {}\n", counted(order.asked, "time"),
                   local_time(order.asked_at.value_or(order.created_at)));
    }
    if (order.ask_at) {
        fmt::print("asks      {}\n", local_time(*order.ask_at));
    }
    print_notices(notices);
}

}  // namespace worker::cli
