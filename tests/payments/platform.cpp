#include "tests/payments/platform.h"

#include "base/base64.h"
#include "jobs/orders.h"
#include "jobs/purchase.h"
#include "worker/cash_desk.h"

namespace tests {

namespace {

constexpr std::string_view host = "http://127.0.0.1:9";

}  // namespace

Platforms::Platforms() : store{adapters::open_memory({.clock = [this] { return clock; }})} {
    rules.signup_gift = {};
    settings.public_url = "https://api.example.com";
    settings.simulate = true;
    auto& wechat = settings.wechat;
    wechat.merchant_id = "1230000109";
    wechat.app_id = "wxd678efh567hg6787";
    wechat.api_v3_key = api_v3_key;
    wechat.certificate_files = {
        folder_.write("platform.pem", one_hand().certificate(std::string{platform_serial}))};
    wechat.merchant_serial = "AB";
    wechat.merchant_key_file = folder_.write("merchant.pem", other_hand().private_pem());
    wechat.api_url = host;
    auto& alipay = settings.alipay;
    alipay.app_id = "2014";
    alipay.seller_id = "2088";
    alipay.public_key_files = {folder_.write("alipay", one_hand().public_base64())};
    alipay.app_key_file = folder_.write("app", other_hand().private_base64());
    settings.stripe.secret = "whsec_1";
    payments = worker::make_payments(settings);
}

payments::Send Platforms::send() {
    return [this](payments::Call const& call) { return answer(call); };
}

worker::Inquiring Platforms::inquiring() {
    return {.store = *store, .payments = *payments, .send = send(), .rules = rules, .log = *log};
}

jobs::Order Platforms::open(std::string const& channel) {
    jobs::Purchase const what{.user = "u1",
                              .package = "50",
                              .channel = channel,
                              .key = "key" + std::to_string(++count_),
                              .secret = worker::new_order_secret(),
                              .can_ask = channel == "wechat" || channel == "alipay"};
    jobs::Purchased bought;
    store->transact(jobs::load_for(what, rules),
                    [&](jobs::Batch& batch) { bought = jobs::purchase(batch, what, rules); });
    return bought.order;
}

std::string Platforms::paid(jobs::Order const& order, std::int64_t amount) {
    return R"({"mchid":"1230000109","appid":"wxd678efh567hg6787","out_trade_no":")" + order.id +
           R"(","transaction_id":"T)" + order.id.substr(13) +
           R"(","trade_state":"SUCCESS","trade_state_desc":"x","amount":{"total":)" +
           std::to_string(amount) + R"(,"currency":"CNY"}})";
}

bool Platforms::is_signed(payments::Call const& call) const {
    auto const authorization = header(call, "Authorization");
    auto const signature = base::from_base64(quoted(authorization, "signature"));
    auto const text = call.method + "\n" + call.url.substr(host.size()) + "\n" +
                      quoted(authorization, "timestamp") + "\n" +
                      quoted(authorization, "nonce_str") + "\n" + call.body + "\n";
    return signature && call.url.starts_with(host) &&
           other_hand().public_key().verifies(text, *signature);
}

std::expected<payments::RawReply, std::string> Platforms::answer(payments::Call const& call) {
    if (down) {
        return std::unexpected{"connect: nobody is there"};
    }
    if (!is_signed(call)) {
        ++unsigned_calls;
        return payments::RawReply{.status = 401, .now = clock};
    }
    calls.push_back(call);
    int status = 200;
    std::string body =
        R"({"code_url":"weixin://wxpay/bizpayurl?pr=)" + std::to_string(calls.size()) + "\"}";
    if (call.method == "GET") {
        auto const id = call.url.substr(call.url.rfind('/') + 1, jobs::order_id_size);
        auto const found = answers.find(id);
        status = found == answers.end() ? 404 : 200;
        body =
            found == answers.end() ? R"({"code":"ORDER_NOT_EXIST","message":"x"})" : found->second;
    }
    WechatSignature const signature{.hand = forges ? other_hand() : one_hand(),
                                    .timestamp = std::to_string(base::to_ms(clock) / 1'000)};
    return payments::RawReply{
        .status = status, .headers = signature.headers(body), .body = body, .now = clock};
}

}  // namespace tests
