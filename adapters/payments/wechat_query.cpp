// Asking WeChat Pay v3 about an order by our own id of it.
#include <utility>

#include "adapters/payments/members.h"
#include "adapters/payments/wechat_call.h"
#include "adapters/payments/wechat_read.h"
#include "adapters/payments/wechat_v3.h"
#include "adapters/plain_json.h"
#include "base/text.h"

namespace adapters::payments {

namespace {

std::unexpected<Refusal> refuse(Why why, std::string_view what) {
    return std::unexpected{Refusal{.form = Form::wechat_v3, .why = why, .what = std::string{what}}};
}

std::string path_of(WechatAccount const& account, std::string_view order) {
    auto const name = base::percent_encoded(order);
    if (account.sub_merchant.empty()) {
        return "/v3/pay/transactions/out-trade-no/" + name + "?mchid=" + account.merchant;
    }
    return "/v3/pay/partner/transactions/out-trade-no/" + name + "?sp_mchid=" + account.merchant +
           "&sub_mchid=" + account.sub_merchant;
}

class WechatInquirer final : public Inquirer {
public:
    WechatInquirer(WechatV3 const& wechat, WechatAccount account, PrivateKey key)
        : wechat_{wechat}, account_{std::move(account)}, key_{std::move(key)} {}

    [[nodiscard]] Call query(std::string_view order, base::Timestamp now) const override {
        return wechat_call(wechat_, account_, key_,
                           {.method = "GET", .path = path_of(account_, order), .body = ""}, now);
    }

    [[nodiscard]] Verdict read(std::string_view order, RawReply const& reply) const override {
        auto const genuine = check_wechat_signature(wechat_, reply.headers, reply.body, reply.now);
        if (!genuine) {
            return std::unexpected{genuine.error()};
        }
        auto const document = plain_object(reply.body, deepest_json);
        if (!document) {
            return refuse(Why::malformed, "body");
        }
        if (reply.status == 404 && text_of(*document, "code") == "ORDER_NOT_EXIST") {
            return Notice{
                .form = Form::wechat_v3, .state = State::absent, .order = std::string{order}};
        }
        if (reply.status != 200) {
            return refuse(Why::failed, "status");
        }
        auto notice = read_wechat_payment(*document);
        if (notice && notice->order != order) {
            return refuse(Why::wrong_order, "out_trade_no");
        }
        return notice;
    }

private:
    WechatV3 const& wechat_;
    WechatAccount account_;
    PrivateKey key_;
};

}  // namespace

std::unique_ptr<Inquirer> make_wechat_inquirer(WechatV3 const& wechat, WechatAccount account,
                                               PrivateKey key) {
    return std::make_unique<WechatInquirer>(wechat, std::move(account), std::move(key));
}

}  // namespace adapters::payments
