// Forms, decoded exactly once, and the text that is signed over their fields.
#include "adapters/payments/form.h"

#include <gtest/gtest.h>

#include "adapters/payments/fields.h"
#include "base/text.h"

namespace tests {
namespace {

using namespace adapters::payments;

TEST(PaymentForm, IsDecodedExactlyOnce) {
    EXPECT_EQ(
        read_form("a=1&b=%2B%25%32%35&c=x+y&d=&e=p=q&f=%E4%bd%A0"),
        (Fields{{"a", "1"}, {"b", "+%25"}, {"c", "x y"}, {"d", ""}, {"e", "p=q"}, {"f", "你"}}));
}

TEST(PaymentForm, WhatIsBrokenIsRefused) {
    for (char const* const text : {"", "a", "&", "a=1&", "&a=1", "a=1&&b=2", "=1", "a=%", "a=%2",
                                   "a=%2g", "a=%g2", "a%3Db=1", "a%26=1", "a b=1", "%00=1"}) {
        EXPECT_EQ(read_form(text), std::nullopt) << text;
    }
    EXPECT_EQ(read_form("a=%00")->front().second, std::string(1, '\0'));
}

TEST(PaymentForm, FieldsAreBounded) {
    std::string body = "a0=1";
    for (std::size_t at = 1; at < most_fields; ++at) {
        body += "&a" + std::to_string(at) + "=1";
    }
    EXPECT_TRUE(read_form(body));
    EXPECT_FALSE(read_form(body + "&b=1"));
    EXPECT_FALSE(read_form(std::string(65, 'n') + "=1"));
}

TEST(PaymentForm, EncodedComesBack) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) {
        all += static_cast<char>(byte);
    }
    EXPECT_EQ(read_form("a=" + base::percent_encoded(all))->front().second, all);
    EXPECT_EQ(base::percent_encoded("a-Z_0.~ +/"), "a-Z_0.~%20%2B%2F");
}

TEST(SignedText, IsInTheOrderOfBytesWithoutWhatIsEmpty) {
    Fields const fields{{"b", "2"}, {"a", "1"}, {"sign", "x"}, {"B", "0"}, {"c", ""}, {"a_b", "3"}};
    EXPECT_EQ(signed_text(fields, {"sign"}), "B=0&a=1&a_b=3&b=2");
    EXPECT_EQ(signed_text(fields, {"sign", "b"}, Empty::kept), "B=0&a=1&a_b=3&c=");
}

TEST(SignedText, IsThatOfNoOtherFields) {
    EXPECT_TRUE(is_ambiguous({{"a", "1&b=2"}}));
    EXPECT_TRUE(is_ambiguous({{"a", "1&x&=2"}}));
    EXPECT_TRUE(is_ambiguous({{"a", "&="}}));
    EXPECT_FALSE(is_ambiguous({{"a", "1=2&b&c"}, {"b", "&"}, {"c", "x=y"}}));
    EXPECT_TRUE(has_twice({{"a", "1"}, {"b", "1"}, {"a", "2"}}));
    EXPECT_FALSE(has_twice({{"a", "1"}, {"b", "1"}, {"A", "2"}}));
}

}  // namespace
}  // namespace tests
