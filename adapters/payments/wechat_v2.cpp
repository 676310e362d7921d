#include "adapters/payments/wechat_v2.h"

#include "adapters/payments/crypto.h"
#include "adapters/payments/field_reader.h"
#include "adapters/payments/text.h"
#include "adapters/payments/xml.h"
#include "base/hmac.h"

namespace adapters::payments {

namespace {

constexpr std::size_t md5_size = 32;
constexpr std::size_t v2_hmac_size = 64;

std::unexpected<Refusal> refuse_v2(Why why, std::string_view what) {
    return std::unexpected{Refusal{.form = Form::wechat_v2, .why = why, .what = std::string{what}}};
}

void read_parties(FieldReader& reader, Notice& notice) {
    notice.merchant = reader.needed_id("mch_id");
    notice.app = reader.needed_id("appid");
    notice.sub_merchant = reader.id("sub_mch_id");
    notice.sub_app = reader.id("sub_appid");
}

// A payment that failed leaves its order as it was: the payer may try again.
Verdict read_payment(Fields const& fields) {
    FieldReader reader{Form::wechat_v2, fields};
    Notice notice{.form = Form::wechat_v2, .kind = "pay"};
    bool const paid = reader.needed_id("result_code") == "SUCCESS";
    notice.state = paid ? State::paid : State::pending;
    read_parties(reader, notice);
    auto const currency = reader.id("fee_type");
    notice.currency = currency.empty() ? "CNY" : upper(currency);
    notice.order = reader.needed_id("out_trade_no");
    notice.trade = paid ? reader.needed_id("transaction_id") : reader.id("transaction_id");
    notice.amount = reader.amount("total_fee", whole_number);
    if (paid && !notice.amount) {
        reader.fail(Why::missing, "total_fee");
    }
    notice.happened_at = reader.plain("time_end");
    notice.id = paid ? "v2:pay:" + notice.trade : "v2:failed:" + reader.needed_id("nonce_str");
    return std::move(reader).verdict(std::move(notice));
}

Verdict open_refund(WechatV2 const& wechat, Fields const& fields) {
    auto const sealed = from_base64_lines(field_of(fields, "req_info"));
    auto const xml = sealed ? open_ecb(md5_hex(wechat.key), *sealed) : std::nullopt;
    if (!xml) {
        return refuse_v2(Why::undecryptable, "req_info");
    }
    return read_wechat_v2_refund(fields, *xml);
}

}  // namespace

std::string wechat_v2_sign(WechatV2 const& wechat, Fields const& fields, std::size_t size) {
    auto const text = signed_text(fields, {"sign"}) + "&key=" + wechat.key;
    if (size == md5_size) {
        return upper(md5_hex(text));
    }
    return size == v2_hmac_size ? upper(base::hex(base::hmac_sha256(wechat.key, text))) : "";
}

Verdict read_wechat_v2_refund(Fields const& outer, std::string_view xml) {
    auto const inner = read_xml(xml, "root");
    if (!inner || has_twice(*inner)) {
        return refuse_v2(inner ? Why::ambiguous : Why::malformed, "req_info");
    }
    FieldReader parties{Form::wechat_v2, outer};
    Notice notice{.form = Form::wechat_v2, .kind = "refund", .proven = false};
    read_parties(parties, notice);
    if (auto checked = std::move(parties).verdict({}); !checked) {
        return checked;
    }
    FieldReader reader{Form::wechat_v2, *inner};
    auto const status = reader.needed_id("refund_status");
    notice.state = status == "SUCCESS" ? State::refunded : State::other;
    notice.currency = "CNY";
    notice.order = reader.needed_id("out_trade_no");
    notice.trade = reader.needed_id("transaction_id");
    notice.refund = reader.needed_id("refund_id");
    notice.amount = reader.needed_amount("total_fee", whole_number);
    notice.returned = reader.needed_amount("refund_fee", whole_number);
    notice.happened_at = reader.plain("success_time");
    notice.id = "v2:refund:" + notice.refund + ":" + status;
    return std::move(reader).verdict(std::move(notice));
}

Verdict verify_wechat_v2(WechatV2 const& wechat, RawRequest const& request) {
    if (request.body.size() > most_xml) {
        return refuse_v2(Why::too_large, "body");
    }
    auto const fields = read_xml(request.body, "xml");
    if (!fields) {
        return refuse_v2(Why::malformed, "body");
    }
    if (has_twice(*fields) || is_ambiguous(*fields)) {
        return refuse_v2(Why::ambiguous, "body");
    }
    if (field_of(*fields, "return_code") != "SUCCESS") {
        return refuse_v2(Why::failed, "return_code");
    }
    if (field_of(*fields, "sign").empty() && !field_of(*fields, "req_info").empty()) {
        return open_refund(wechat, *fields);
    }
    auto const sign = field_of(*fields, "sign");
    if (sign.empty()) {
        return refuse_v2(Why::missing, "sign");
    }
    auto const expected = wechat_v2_sign(wechat, *fields, sign.size());
    if (expected.empty() || !base::same_secret(expected, sign)) {
        return refuse_v2(Why::bad_signature, "sign");
    }
    return read_payment(*fields);
}

}  // namespace adapters::payments
