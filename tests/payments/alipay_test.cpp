// Notices of Alipay: forms, signed over their decoded fields.
#include "adapters/payments/alipay.h"

#include <gtest/gtest.h>

#include "adapters/payments/form.h"
#include "tests/payments/hand.h"

namespace tests {
namespace {

using payments::Alipay;
using payments::Fields;
using payments::signed_text;

Fields const paid{{"gmt_create", "2027-01-15 15:59:00"},
                  {"charset", "utf-8"},
                  {"gmt_payment", "2027-01-15 16:00:00"},
                  {"notify_time", "2027-01-15 16:00:01"},
                  {"subject", "积分 5000 + 500 & 100%"},
                  {"buyer_id", "2088102116773037"},
                  {"version", "1.0"},
                  {"notify_id", "91722adff935e8cfa58b3aabf4dead6ibe"},
                  {"fund_bill_list", R"([{"amount":"50.00","fundChannel":"ALIPAYACCOUNT"}])"},
                  {"notify_type", "trade_status_sync"},
                  {"out_trade_no", "O1"},
                  {"total_amount", "50.00"},
                  {"trade_status", "TRADE_SUCCESS"},
                  {"trade_no", "T1"},
                  {"app_id", "2014072300007148"},
                  {"seller_id", "2088102119685838"}};

Alipay alipay(RsaHand const& hand = one_hand()) {
    Alipay made;
    made.keys.push_back(hand.public_key());
    return made;
}

Fields with(Fields fields, std::string const& name, std::string const& value) {
    for (auto& field : fields) {
        if (field.first == name) {
            field.second = value;
            return fields;
        }
    }
    fields.emplace_back(name, value);
    return fields;
}

Fields with_sign(Fields fields, RsaHand const& hand = one_hand()) {
    auto const sign = hand.sign(signed_text(fields, {}));
    fields.emplace_back("sign", sign);
    fields.emplace_back("sign_type", "RSA2");
    return fields;
}

payments::Verdict receive(std::string const& body) {
    return verify_alipay(alipay(), {.headers = {}, .body = body, .now = now});
}

std::string verdict(std::string const& body) {
    return told(receive(body));
}

std::string verdict_of(Fields const& fields) {
    return verdict(to_form(with_sign(fields)));
}

constexpr auto good = "ok paid O1 T1 5000 CNY";

TEST(Alipay, AGenuineNoticeIsRead) {
    auto const notice = receive(to_form(with_sign(paid))).value();
    EXPECT_EQ(told(notice), good);
    EXPECT_EQ(provider_of(notice.form), "alipay");
    EXPECT_EQ(notice.id, "91722adff935e8cfa58b3aabf4dead6ibe");
    EXPECT_EQ(notice.merchant, "2088102119685838");
    EXPECT_EQ(notice.app, "2014072300007148");
    EXPECT_EQ(notice.happened_at, "2027-01-15 16:00:00");
    EXPECT_EQ(notice.sent_at, "2027-01-15 16:00:01");
}

// A signature in which there is no '+' would not show it.
TEST(Alipay, ThePlusInASignatureSurvives) {
    auto fields = paid;
    std::string sign;
    for (int at = 0; sign.find('+') == std::string::npos; ++at) {
        fields = with(paid, "buyer_id", std::to_string(at));
        sign = one_hand().sign(signed_text(fields, {}));
    }
    auto const body = to_form(with_sign(fields));
    ASSERT_NE(body.find("%2B"), std::string::npos);
    EXPECT_EQ(verdict(body), good);
    EXPECT_EQ(verdict(to_form(fields) + "&sign_type=RSA2&sign=" + sign), good) << "unescaped";
    auto twice = body;
    for (auto at = twice.find("%2B"); at != std::string::npos; at = twice.find("%2B", at + 5)) {
        twice.replace(at, 3, "%252B");
    }
    EXPECT_FALSE(verdict(twice).starts_with("ok")) << "decoded once, and not twice";
}

TEST(Alipay, EmptyFieldsMayBeSignedOrNot) {
    EXPECT_EQ(verdict_of(with(paid, "body", "")), good);
    auto fields = with(paid, "body", "");
    auto const sign = one_hand().sign(signed_text(fields, {}, payments::Empty::kept));
    fields.emplace_back("sign", sign);
    fields.emplace_back("sign_type", "RSA2");
    EXPECT_EQ(verdict(to_form(fields)), good);
}

TEST(Alipay, AForgedNoticeIsRefused) {
    EXPECT_EQ(verdict(to_form(with_sign(paid, other_hand()))), "bad_signature: sign");
    EXPECT_EQ(verdict(to_form(with(with_sign(paid), "total_amount", "5000.00"))),
              "bad_signature: sign");
    EXPECT_EQ(verdict(to_form(with(with_sign(paid), "new", "1"))), "bad_signature: sign");
    EXPECT_EQ(verdict(to_form(paid)), "missing: sign");
    EXPECT_EQ(verdict(to_form(with(paid, "sign", "AAAA"))), "unsupported: sign_type");
    EXPECT_EQ(verdict(to_form(with(with_sign(paid), "sign_type", "RSA"))),
              "unsupported: sign_type");
    EXPECT_EQ(verdict(to_form(with(with_sign(paid), "sign", ""))), "missing: sign");
    EXPECT_EQ(verdict(to_form(with(with_sign(paid), "sign", "not base64!"))),
              "bad_signature: sign");
}

TEST(Alipay, EveryFlippedByteIsRefused) {
    auto const keys = alipay();
    auto body = to_form(with_sign(paid));
    for (auto& byte : body) {
        for (int const bit : {1, 16}) {
            byte = static_cast<char>(byte ^ bit);
            EXPECT_FALSE(verify_alipay(keys, {.headers = {}, .body = body, .now = now})) << body;
            byte = static_cast<char>(byte ^ bit);
        }
    }
}

TEST(Alipay, ATruncatedNoticeIsRefused) {
    auto const body = to_form(with_sign(paid));
    for (std::size_t size = 0; size < body.size(); ++size) {
        EXPECT_FALSE(verdict(body.substr(0, size)).starts_with("ok"));
    }
}

TEST(Alipay, AFieldThatIsThereTwiceIsRefused) {
    EXPECT_EQ(verdict(to_form(with_sign(paid)) + "&total_amount=1.00"), "ambiguous: body");
    EXPECT_EQ(verdict("sign=x&" + to_form(with_sign(paid))), "ambiguous: body");
}

// A subject "s&total_amount=9.00&total_z=" has the same signed text as a cheaper order's fields cut
// elsewhere, so neither the genuine notice nor the one made from it is believed.
TEST(Alipay, WhatCouldBeCutInAnotherWayIsRefused) {
    auto const bought = with(paid, "subject", "s&total_amount=5000.00&total_z=");
    EXPECT_EQ(verdict_of(bought), "ambiguous: body");
    auto made = with(paid, "subject", "s");
    made = with(made, "total_amount", "5000.00");
    made = with(made, "total_z", "&total_amount=50.00");
    ASSERT_EQ(signed_text(made, {}), signed_text(bought, {}));
    EXPECT_EQ(verdict_of(made), "ambiguous: body");
}

TEST(Alipay, CharsetsAreThoseWhoseBytesCantMislead) {
    EXPECT_EQ(verdict_of(with(with(paid, "charset", "GBK"), "subject", "\xBB\xFD\xB7\xD6")), good);
    EXPECT_EQ(verdict_of(with(paid, "charset", "UTF-16")), "unsupported: charset");
}

TEST(Alipay, KeysChangeOneByOne) {
    auto both = alipay();
    both.keys.push_back(other_hand().public_key());
    for (auto const* const hand : {&one_hand(), &other_hand()}) {
        auto const body = to_form(with_sign(paid, *hand));
        EXPECT_TRUE(verify_alipay(both, {.headers = {}, .body = body, .now = now}));
    }
}

TEST(Alipay, AmountsAreExact) {
    auto const amount = [](std::string const& text) {
        return verdict_of(with(paid, "total_amount", text));
    };
    EXPECT_EQ(amount("0.29"), "ok paid O1 T1 29 CNY");
    EXPECT_EQ(amount("1.1"), "ok paid O1 T1 110 CNY");
    EXPECT_EQ(amount("88"), "ok paid O1 T1 8800 CNY");
    EXPECT_EQ(amount("9999999999999.99"), "ok paid O1 T1 999999999999999 CNY");
    for (std::string const text : {"1.001", "-1.00", "+1.00", "1e2", ".5", "5.", " 1.00", "1,00",
                                   "99999999999999.99", "0x10", "NaN", "1.0.0"}) {
        EXPECT_EQ(amount(text), "malformed: total_amount") << text;
    }
    EXPECT_EQ(amount(""), "missing: total_amount");
}

TEST(Alipay, States) {
    auto const state = [](std::string const& status, Fields const& from = paid) {
        return verdict_of(with(from, "trade_status", status)).substr(3, 8);
    };
    Fields unpaid = paid;
    std::erase_if(unpaid, [](auto const& field) { return field.first == "gmt_payment"; });
    EXPECT_EQ(state("TRADE_FINISHED"), "paid O1 ");
    EXPECT_EQ(state("WAIT_BUYER_PAY", unpaid), "pending ");
    EXPECT_EQ(state("TRADE_CLOSED", unpaid), "closed O");
    EXPECT_EQ(state("TRADE_CLOSED"), "refunded");
    EXPECT_EQ(verdict_of(with(paid, "trade_status", "PAID")), "malformed: trade_status");
    EXPECT_EQ(verdict_of(with(paid, "trade_status", "")), "ok other   none ");
}

TEST(Alipay, ARefundIsRead) {
    auto fields = with(with(paid, "refund_fee", "12.00"), "gmt_refund", "2027-01-16 08:00:00");
    fields = with(fields, "out_biz_no", "M1");
    auto const notice = receive(to_form(with_sign(fields))).value();
    EXPECT_EQ(told(notice), "ok refunded O1 T1 5000 CNY");
    EXPECT_EQ(notice.returned, 1'200);
    EXPECT_TRUE(notice.returned_in_all);
    EXPECT_EQ(notice.refund, "M1");
    EXPECT_EQ(notice.happened_at, "2027-01-16 08:00:00");
}

TEST(Alipay, AHugeBodyIsRefusedUnread) {
    EXPECT_EQ(verdict("a=" + std::string(100'000, 'x')), "too_large: body");
}

}  // namespace
}  // namespace tests
