#include "adapters/payments/receivers.h"

namespace adapters::payments {

namespace {

// What precedes the first byte that says anything.
bool is_xml(std::string_view body) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    body.remove_prefix(body.starts_with(mark) ? mark.size() : 0);
    auto const first = body.find_first_not_of(" \t\r\n");
    return first != std::string_view::npos && body[first] == '<';
}

class WechatReceiver final : public Receiver {
public:
    WechatReceiver(WechatV3 const* v3, WechatV2 const* v2) : v3_{v3}, v2_{v2} {}

    [[nodiscard]] Verdict verify(RawRequest const& request) const override {
        if (is_xml(request.body)) {
            return v2_ != nullptr ? verify_wechat_v2(*v2_, request)
                                  : not_configured(Form::wechat_v2);
        }
        return v3_ != nullptr ? verify_wechat_v3(*v3_, request) : not_configured(Form::wechat_v3);
    }

private:
    static Verdict not_configured(Form form) {
        return std::unexpected{
            Refusal{.form = form, .why = Why::unsupported, .what = "this form is not configured"}};
    }

    WechatV3 const* v3_;
    WechatV2 const* v2_;
};

class AlipayReceiver final : public Receiver {
public:
    explicit AlipayReceiver(Alipay const& alipay) : alipay_{alipay} {}

    [[nodiscard]] Verdict verify(RawRequest const& request) const override {
        return verify_alipay(alipay_, request);
    }

private:
    Alipay const& alipay_;
};

class StripeReceiver final : public Receiver {
public:
    explicit StripeReceiver(Stripe const& stripe) : stripe_{stripe} {}

    [[nodiscard]] Verdict verify(RawRequest const& request) const override {
        return verify_stripe(stripe_, request);
    }

private:
    Stripe const& stripe_;
};

}  // namespace

std::unique_ptr<Receiver> make_wechat_receiver(WechatV3 const* v3, WechatV2 const* v2) {
    return std::make_unique<WechatReceiver>(v3, v2);
}

std::unique_ptr<Receiver> make_alipay_receiver(Alipay const& alipay) {
    return std::make_unique<AlipayReceiver>(alipay);
}

std::unique_ptr<Receiver> make_stripe_receiver(Stripe const& stripe) {
    return std::make_unique<StripeReceiver>(stripe);
}

}  // namespace adapters::payments
