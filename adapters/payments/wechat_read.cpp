#include "adapters/payments/wechat_read.h"

#include <algorithm>
#include <array>

#include "adapters/payments/members.h"
#include "adapters/payments/text.h"

namespace adapters::payments {

namespace {

namespace json = boost::json;

std::optional<State> state_of(std::string_view trade_state) {
    using Named = std::pair<std::string_view, State>;
    constexpr std::array<Named, 8> known{{{"SUCCESS", State::paid},
                                          {"REFUND", State::refunded},
                                          {"NOTPAY", State::pending},
                                          {"USERPAYING", State::pending},
                                          {"ACCEPT", State::pending},
                                          {"CLOSED", State::closed},
                                          {"REVOKED", State::closed},
                                          {"PAYERROR", State::closed}}};
    auto const* const found = std::ranges::find(known, trade_state, &Named::first);
    return found == known.end() ? std::nullopt : std::optional{found->second};
}

// Partners have two of each: their own, and those of whom they sell for.
void read_parties(Members& members, json::object const& from, Notice& notice) {
    bool const partner = from.contains("sp_mchid");
    notice.merchant = members.needed_id(from, partner ? "sp_mchid" : "mchid");
    notice.app = members.id(from, partner ? "sp_appid" : "appid");
    notice.sub_merchant = members.id(from, "sub_mchid");
    notice.sub_app = members.id(from, "sub_appid");
}

// There is no other currency where none is named.
std::string currency_of(Members& members, json::object const& amount) {
    auto const currency = members.id(amount, "currency");
    return currency.empty() ? "CNY" : upper(currency);
}

void read_amount(Members& members, json::object const& from, Notice& notice) {
    auto const* const amount = Members::inside(from, "amount");
    if (amount == nullptr) {
        return;
    }
    notice.amount = members.amount(*amount, "total");
    notice.currency = currency_of(members, *amount);
}

}  // namespace

Verdict read_wechat_payment(json::object const& payment) {
    Members members{Form::wechat_v3};
    Notice notice{.form = Form::wechat_v3};
    auto const state = state_of(members.needed_id(payment, "trade_state"));
    if (!state) {
        members.fail(Why::malformed, "trade_state");
    }
    notice.state = state.value_or(State::other);
    bool const has_paid = notice.state == State::paid || notice.state == State::refunded;
    read_parties(members, payment, notice);
    read_amount(members, payment, notice);
    notice.order = members.needed_id(payment, "out_trade_no");
    notice.trade = has_paid ? members.needed_id(payment, "transaction_id")
                            : members.id(payment, "transaction_id");
    notice.happened_at = Members::plain(payment, "success_time");
    if (has_paid && !notice.amount) {
        members.fail(Why::missing, "amount.total");
    }
    return std::move(members).verdict(std::move(notice));
}

Verdict read_wechat_refund(json::object const& refund) {
    Members members{Form::wechat_v3};
    Notice notice{.form = Form::wechat_v3};
    auto const status = members.needed_id(refund, "refund_status");
    notice.state = status == "SUCCESS" ? State::refunded : State::other;
    read_parties(members, refund, notice);
    read_amount(members, refund, notice);
    notice.order = members.needed_id(refund, "out_trade_no");
    notice.trade = members.needed_id(refund, "transaction_id");
    notice.refund = members.needed_id(refund, "refund_id");
    notice.happened_at = Members::plain(refund, "success_time");
    auto const* const amount = Members::inside(refund, "amount");
    auto const returned = amount == nullptr ? std::nullopt : members.amount(*amount, "refund");
    if (!returned) {
        members.fail(Why::missing, "amount.refund");
    }
    notice.returned = returned.value_or(0);
    return std::move(members).verdict(std::move(notice));
}

}  // namespace adapters::payments
