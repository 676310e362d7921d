// The order of the checks is that of their cost; nothing in the body is read before the signature
// over its bytes holds.
#include "adapters/payments/wechat_v3.h"

#include <algorithm>

#include <boost/json/value.hpp>

#include "adapters/payments/members.h"
#include "adapters/payments/text.h"
#include "adapters/payments/wechat_read.h"
#include "adapters/plain_json.h"
#include "base/base64.h"

namespace adapters::payments {

namespace {

namespace json = boost::json;

constexpr std::string_view signature_type = "WECHATPAY2-SHA256-RSA2048";
constexpr std::string_view probe_mark = "WECHATPAY/SIGNTEST/";
constexpr std::size_t longest_serial = 80;

std::unexpected<Refusal> refuse_v3(Why why, std::string_view what, std::string key = "") {
    return std::unexpected{Refusal{
        .form = Form::wechat_v3, .why = why, .what = std::string{what}, .key = std::move(key)}};
}

struct SignedHeaders {
    std::string_view timestamp;
    std::string_view nonce;
    std::string_view signature;
    std::string_view serial;
};

std::expected<SignedHeaders, Refusal> read_headers(Headers const& headers) {
    SignedHeaders found;
    std::pair<std::string_view, std::string_view*> const wanted[] = {
        {"Wechatpay-Signature", &found.signature},
        {"Wechatpay-Timestamp", &found.timestamp},
        {"Wechatpay-Nonce", &found.nonce},
        {"Wechatpay-Serial", &found.serial},
    };
    for (auto const& [name, into] : wanted) {
        auto const value = header_once(headers, name);
        if (!value) {
            return std::unexpected{value.error()};
        }
        *into = *value;
    }
    auto const type = header_at_most_once(headers, "Wechatpay-Signature-Type");
    if (!type) {
        return std::unexpected{type.error()};
    }
    if (!type->empty() && *type != signature_type) {
        return refuse_v3(Why::unsupported, "Wechatpay-Signature-Type");
    }
    return found;
}

bool is_serial(std::string_view text) {
    return text.size() <= longest_serial && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      c == '_';
           });
}

std::expected<PlatformKey const*, Refusal> key_for(WechatV3 const& wechat, std::string_view serial,
                                                   base::Timestamp now) {
    if (!is_serial(serial)) {
        return refuse_v3(Why::malformed, "Wechatpay-Serial");
    }
    auto const found = std::ranges::find(wechat.keys, plain_serial(serial),
                                         [](auto const& key) { return plain_serial(key.serial); });
    if (found == wechat.keys.end()) {
        return refuse_v3(Why::unknown_key, "Wechatpay-Serial", std::string{serial});
    }
    if (found->expires_at && *found->expires_at <= now) {
        return refuse_v3(Why::unknown_key, "its certificate has expired", std::string{serial});
    }
    return &*found;
}

std::string signed_text_of(SignedHeaders const& parts, std::string_view body) {
    std::string text;
    text.reserve(parts.timestamp.size() + parts.nonce.size() + body.size() + 3);
    text.append(parts.timestamp).append("\n").append(parts.nonce).append("\n");
    return text.append(body).append("\n");
}

std::optional<std::string> open_resource(WechatV3 const& wechat, json::object const& resource) {
    auto const nonce = text_of(resource, "nonce");
    auto const ciphertext = text_of(resource, "ciphertext");
    auto const bytes = ciphertext ? base::from_base64(*ciphertext) : std::nullopt;
    if (!nonce || !bytes) {
        return std::nullopt;
    }
    return open_gcm(wechat.api_key,
                    Sealed{.nonce = *nonce,
                           .associated = text_of(resource, "associated_data").value_or(""),
                           .bytes = *bytes});
}

std::expected<json::object, Refusal> open_notice(WechatV3 const& wechat,
                                                 json::object const& envelope) {
    auto const* const resource = Members::inside(envelope, "resource");
    if (resource == nullptr) {
        return refuse_v3(Why::missing, "resource");
    }
    if (text_of(*resource, "algorithm") != "AEAD_AES_256_GCM") {
        return refuse_v3(Why::unsupported, "resource.algorithm");
    }
    auto const text = open_resource(wechat, *resource);
    if (!text) {
        return refuse_v3(Why::undecryptable, "resource");
    }
    auto inner = plain_object(*text, deepest_json);
    if (!inner) {
        return refuse_v3(Why::malformed, "resource");
    }
    return std::move(*inner);
}

Verdict read_notice(std::string_view kind, json::object const& inner) {
    if (kind.starts_with("TRANSACTION.")) {
        return read_wechat_payment(inner);
    }
    if (kind.starts_with("REFUND.")) {
        return read_wechat_refund(inner);
    }
    return Notice{.form = Form::wechat_v3, .state = State::other};
}

}  // namespace

std::expected<void, Refusal> check_wechat_signature(WechatV3 const& wechat, Headers const& headers,
                                                    std::string_view body, base::Timestamp now) {
    if (body.size() > most_body) {
        return refuse_v3(Why::too_large, "body");
    }
    auto const parts = read_headers(headers);
    if (!parts) {
        return std::unexpected{parts.error()};
    }
    if (parts->signature.starts_with(probe_mark)) {
        return refuse_v3(Why::probe, "Wechatpay-Signature");
    }
    auto const seconds = whole_number(parts->timestamp);
    if (!seconds || *seconds > 99'999'999'999 || !is_id(parts->nonce)) {
        return refuse_v3(Why::malformed, seconds ? "Wechatpay-Nonce" : "Wechatpay-Timestamp");
    }
    if (!is_near(*seconds, now, wechat.tolerance)) {
        return refuse_v3(Why::stale, "Wechatpay-Timestamp");
    }
    auto const key = key_for(wechat, parts->serial, now);
    if (!key) {
        return std::unexpected{key.error()};
    }
    auto const signature = base::from_base64(parts->signature);
    if (!signature || !(*key)->key.verifies(signed_text_of(*parts, body), *signature)) {
        return refuse_v3(Why::bad_signature, "Wechatpay-Signature");
    }
    return {};
}

Verdict verify_wechat_v3(WechatV3 const& wechat, RawRequest const& request) {
    auto const genuine = check_wechat_signature(wechat, request.headers, request.body, request.now);
    if (!genuine) {
        return std::unexpected{genuine.error()};
    }
    auto const envelope = plain_object(request.body, deepest_json);
    if (!envelope) {
        return refuse_v3(Why::malformed, "body");
    }
    Members members{Form::wechat_v3};
    auto id = members.needed_id(*envelope, "id");
    auto kind = members.needed_id(*envelope, "event_type");
    if (auto checked = std::move(members).verdict({}); !checked) {
        return checked;
    }
    auto const inner = open_notice(wechat, *envelope);
    if (!inner) {
        return std::unexpected{inner.error()};
    }
    auto notice = read_notice(kind, *inner);
    if (notice) {
        notice->id = std::move(id);
        notice->kind = std::move(kind);
        notice->sent_at = Members::plain(*envelope, "create_time");
    }
    return notice;
}

}  // namespace adapters::payments
