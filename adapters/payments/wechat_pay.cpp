// Having an order paid by WeChat Pay v3: the payer scans a QR code of what it answers.
#include <algorithm>
#include <utility>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "adapters/payments/members.h"
#include "adapters/payments/text.h"
#include "adapters/payments/wechat_call.h"
#include "adapters/plain_json.h"

namespace adapters::payments {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_description = 127;  // bytes
constexpr std::size_t longest_code = 2'048;

std::unexpected<Refusal> refuse_order(Why why, std::string_view what) {
    return std::unexpected{Refusal{.form = Form::wechat_v3, .why = why, .what = std::string{what}}};
}

// "2027-01-15T08:00:00Z": WeChat takes any offset, and no fractions.
std::string to_the_second(base::Timestamp at) {
    return base::to_text(at).substr(0, 19) + "Z";
}

std::string content_of(WechatAccount const& account, Bill const& bill) {
    json::object content;
    if (account.sub_merchant.empty()) {
        content["appid"] = account.app;
        content["mchid"] = account.merchant;
    } else {
        content["sp_appid"] = account.app;
        content["sp_mchid"] = account.merchant;
        content["sub_mchid"] = account.sub_merchant;
        if (!account.sub_app.empty()) {
            content["sub_appid"] = account.sub_app;
        }
    }
    content["description"] = text_within(bill.subject, longest_description);
    content["out_trade_no"] = bill.order;
    content["time_expire"] = to_the_second(bill.expires_at);
    content["notify_url"] = bill.notify_url;
    content["amount"] = json::object{{"total", bill.amount}, {"currency", bill.currency}};
    return json::serialize(content);
}

class WechatCashier final : public Cashier {
public:
    WechatCashier(WechatV3 const& wechat, WechatAccount account, PrivateKey key)
        : wechat_{wechat}, account_{std::move(account)}, key_{std::move(key)} {}

    [[nodiscard]] std::variant<Payable, Call> charge(Bill const& bill,
                                                     base::Timestamp now) const override {
        std::string const path = account_.sub_merchant.empty()
                                     ? "/v3/pay/transactions/native"
                                     : "/v3/pay/partner/transactions/native";
        return wechat_call(wechat_, account_, key_,
                           {.method = "POST", .path = path, .body = content_of(account_, bill)},
                           now);
    }

    [[nodiscard]] std::expected<Payable, Refusal> read(RawReply const& reply) const override {
        auto const genuine = check_wechat_signature(wechat_, reply.headers, reply.body, reply.now);
        if (!genuine) {
            return std::unexpected{genuine.error()};
        }
        auto const document = plain_object(reply.body, deepest_json);
        if (!document) {
            return refuse_order(Why::malformed, "body");
        }
        if (reply.status != 200) {
            auto const code = text_of(*document, "code").value_or("");
            return refuse_order(Why::failed,
                                is_id(code) ? "status, " + std::string{code} : "status");
        }
        auto const code_url = text_of(*document, "code_url").value_or("");
        bool const is_url =
            !code_url.empty() && code_url.size() <= longest_code &&
            std::ranges::all_of(code_url, [](char c) { return c > ' ' && c <= '~'; });
        if (!is_url) {
            return refuse_order(Why::missing, "code_url");
        }
        return Payable{.kind = Payable::Kind::qr_code, .url = std::string{code_url}};
    }

private:
    WechatV3 const& wechat_;
    WechatAccount account_;
    PrivateKey key_;
};

}  // namespace

std::unique_ptr<Cashier> make_wechat_cashier(WechatV3 const& wechat, WechatAccount account,
                                             PrivateKey key) {
    return std::make_unique<WechatCashier>(wechat, std::move(account), std::move(key));
}

}  // namespace adapters::payments
