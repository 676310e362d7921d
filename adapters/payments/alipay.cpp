// What is signed are the decoded bytes, in whatever charset the notice is: they are never
// converted.
#include "adapters/payments/alipay.h"

#include <algorithm>
#include <array>

#include "adapters/payments/field_reader.h"
#include "adapters/payments/form.h"
#include "adapters/payments/text.h"
#include "base/base64.h"

namespace adapters::payments {

namespace {

constexpr std::size_t most_form = 64 * 1024;

std::unexpected<Refusal> refuse_alipay(Why why, std::string_view what) {
    return std::unexpected{Refusal{.form = Form::alipay, .why = why, .what = std::string{what}}};
}

// Those whose bytes below 0x40 are always ASCII, so that '&' and '=' mean what they seem to.
bool is_known_charset(std::string_view charset) {
    constexpr std::array<std::string_view, 6> known{"", "UTF-8", "UTF8", "GBK", "GB2312", "ASCII"};
    return std::ranges::find(known, upper(charset)) != known.end();
}

// A space in base64 is a '+' that somebody forgot to escape.
std::string with_plus(std::string_view sign) {
    std::string text{sign};
    std::ranges::replace(text, ' ', '+');
    return text;
}

// Alipay's own libraries don't agree on whether empty fields are signed; to us both mean the same.
bool is_genuine(Alipay const& alipay, Fields const& fields, std::string_view sign) {
    auto const without = signed_text(fields, {"sign", "sign_type"});
    auto const with = signed_text(fields, {"sign", "sign_type"}, Empty::kept);
    return is_signed_by_alipay(alipay, without, sign) ||
           (with != without && is_signed_by_alipay(alipay, with, sign));
}

// "Closed" is said of an order that nobody paid, and of one that was paid and given back entirely.
std::optional<State> state_of(std::string_view status, bool returned, bool was_paid) {
    if (status == "WAIT_BUYER_PAY") {
        return State::pending;
    }
    if (status == "TRADE_CLOSED") {
        return returned || was_paid ? State::refunded : State::closed;
    }
    if (status == "TRADE_SUCCESS" || status == "TRADE_FINISHED") {
        return returned ? State::refunded : State::paid;
    }
    return std::nullopt;
}

}  // namespace

bool is_signed_by_alipay(Alipay const& alipay, std::string_view text, std::string_view sign) {
    auto const signature = base::from_base64(with_plus(sign));
    return signature && std::ranges::any_of(alipay.keys, [&](PublicKey const& key) {
               return key.verifies(text, *signature);
           });
}

Verdict read_alipay_notice(Fields const& fields) {
    FieldReader reader{Form::alipay, fields};
    Notice notice{.form = Form::alipay};
    notice.id = reader.needed_id("notify_id");
    notice.kind = reader.id("notify_type");
    notice.app = reader.needed_id("app_id");
    notice.sent_at = reader.plain("notify_time");
    auto const status = reader.id("trade_status");
    if (status.empty()) {
        return std::move(reader).verdict(std::move(notice));
    }
    notice.returned = reader.amount("refund_fee", minor_units).value_or(0);
    notice.returned_in_all = notice.returned > 0;
    auto const state = state_of(status, notice.returned > 0, !reader.raw("gmt_payment").empty());
    if (!state) {
        reader.fail(Why::malformed, "trade_status");
    }
    notice.state = state.value_or(State::other);
    notice.merchant = reader.needed_id("seller_id");
    notice.order = reader.needed_id("out_trade_no");
    notice.trade = reader.needed_id("trade_no");
    notice.refund = notice.state == State::refunded ? reader.id("out_biz_no") : "";
    notice.amount = reader.needed_amount("total_amount", minor_units);
    auto const currency = reader.id("trans_currency");
    notice.currency = currency.empty() ? "CNY" : upper(currency);
    notice.happened_at =
        reader.plain(notice.state == State::refunded ? "gmt_refund" : "gmt_payment");
    return std::move(reader).verdict(std::move(notice));
}

Verdict verify_alipay(Alipay const& alipay, RawRequest const& request) {
    if (request.body.size() > most_form) {
        return refuse_alipay(Why::too_large, "body");
    }
    auto const fields = read_form(request.body);
    if (!fields) {
        return refuse_alipay(Why::malformed, "body");
    }
    if (has_twice(*fields) || is_ambiguous(*fields)) {
        return refuse_alipay(Why::ambiguous, "body");
    }
    auto const sign = field_of(*fields, "sign");
    if (sign.empty()) {
        return refuse_alipay(Why::missing, "sign");
    }
    if (field_of(*fields, "sign_type") != "RSA2") {
        return refuse_alipay(Why::unsupported, "sign_type");
    }
    if (!is_known_charset(field_of(*fields, "charset"))) {
        return refuse_alipay(Why::unsupported, "charset");
    }
    if (!is_genuine(alipay, *fields, sign)) {
        return refuse_alipay(Why::bad_signature, "sign");
    }
    return read_alipay_notice(*fields);
}

}  // namespace adapters::payments
