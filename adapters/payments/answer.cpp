// What platforms are answered, and the words of the port.
#include <array>

#include "adapters/payments.h"

namespace adapters::payments {

namespace {

constexpr auto json_type = "application/json; charset=utf-8";
constexpr auto plain_type = "text/plain; charset=utf-8";

// What counts for WeChat is the status: 200 with a FAIL in it would end its retries.
Answer answer_wechat_v3(int status, Reply reply) {
    switch (reply) {
        case Reply::ok:
            return {status, json_type, R"({"code":"SUCCESS","message":"OK"})"};
        case Reply::refused:
            return {status, json_type,
                    R"({"code":"FAIL","message":"the notice was not believed"})"};
        case Reply::later:
            return {status, json_type, R"({"code":"FAIL","message":"try again later"})"};
    }
    return {};
}

std::string wechat_xml(std::string_view code, std::string_view message) {
    std::string text = "<xml><return_code><![CDATA[";
    text.append(code).append("]]></return_code><return_msg><![CDATA[");
    return text.append(message).append("]]></return_msg></xml>");
}

Answer answer_wechat_v2(int status, Reply reply) {
    return {status, "text/xml; charset=utf-8",
            reply == Reply::ok        ? wechat_xml("SUCCESS", "OK")
            : reply == Reply::refused ? wechat_xml("FAIL", "the notice was not believed")
                                      : wechat_xml("FAIL", "try again later")};
}

int status_of(Form form, Reply reply) {
    switch (reply) {
        case Reply::ok:
            return 200;
        case Reply::refused:
            return form == Form::wechat_v3 ? 401 : 400;
        case Reply::later:
            return 503;
    }
    return 500;
}

template <typename E, std::size_t n>
std::string_view word(E value, std::array<std::string_view, n> const& words) {
    return words.at(static_cast<std::size_t>(value));
}

}  // namespace

Answer answer(Form form, Reply reply) {
    auto const status = status_of(form, reply);
    switch (form) {
        case Form::wechat_v3:
            return answer_wechat_v3(status, reply);
        case Form::wechat_v2:
            return answer_wechat_v2(status, reply);
        case Form::alipay:
            return {status, plain_type, reply == Reply::ok ? "success" : "fail"};
        case Form::stripe:
            return {status, json_type,
                    reply == Reply::ok ? R"({"received":true})" : R"({"received":false})"};
    }
    return {};
}

std::string_view provider_of(Form form) {
    return word<Form, 4>(form, {"wechat", "wechat", "alipay", "stripe"});
}

std::string_view to_text(Why why) {
    return word<Why, 12>(
        why, {"too_large", "malformed", "missing", "ambiguous", "unsupported", "stale", "probe",
              "unknown_key", "bad_signature", "undecryptable", "failed", "wrong_order"});
}

std::string_view to_text(State state) {
    return word<State, 7>(
        state, {"paid", "refunded", "closed", "pending", "chargeback", "absent", "other"});
}

std::string_view to_text(Doubt doubt) {
    return word<Doubt, 6>(doubt, {"wrong_amount", "wrong_currency", "wrong_merchant", "wrong_app",
                                  "not_live", "unproven"});
}

std::string to_text(Refusal const& refusal) {
    std::string text{to_text(refusal.why)};
    if (!refusal.what.empty()) {
        text.append(": ").append(refusal.what);
    }
    if (!refusal.key.empty()) {
        text.append(" ").append(refusal.key);
    }
    return text;
}

}  // namespace adapters::payments
