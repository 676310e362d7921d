// Having an order paid on Alipay's own page. The address that a browser is sent to is signed here,
// so that there is nothing to ask and nothing to wait for.
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "adapters/payments/alipay_call.h"
#include "adapters/payments/text.h"

namespace adapters::payments {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_subject = 255;

std::string yuan(std::int64_t fen) {
    auto const cents = std::to_string(100 + fen % 100).substr(1);
    return std::to_string(fen / 100) + "." + cents;
}

class AlipayCashier final : public Cashier {
public:
    AlipayCashier(AlipayAccount account, PrivateKey key)
        : account_{std::move(account)}, key_{std::move(key)} {}

    [[nodiscard]] std::variant<Payable, Call> charge(Bill const& bill,
                                                     base::Timestamp now) const override {
        auto const content =
            json::serialize(json::object{{"out_trade_no", bill.order},
                                         {"product_code", "FAST_INSTANT_TRADE_PAY"},
                                         {"subject", text_within(bill.subject, longest_subject)},
                                         {"total_amount", yuan(bill.amount)},
                                         {"time_expire", alipay_time(bill.expires_at)}});
        auto const fields = alipay_fields(
            account_, key_,
            {.method = "alipay.trade.page.pay",
             .content = content,
             .more = {{"notify_url", bill.notify_url}, {"return_url", bill.return_url}}},
            now);
        return Payable{.kind = Payable::Kind::redirect,
                       .url = account_.gateway_url + "?" + form_of(fields)};
    }

    [[nodiscard]] std::expected<Payable, Refusal> read(RawReply const& /*reply*/) const override {
        return std::unexpected{Refusal{.form = Form::alipay, .why = Why::unsupported, .what = {}}};
    }

private:
    AlipayAccount account_;
    PrivateKey key_;
};

}  // namespace

std::unique_ptr<Cashier> make_alipay_cashier(AlipayAccount account, PrivateKey key) {
    return std::make_unique<AlipayCashier>(std::move(account), std::move(key));
}

}  // namespace adapters::payments
