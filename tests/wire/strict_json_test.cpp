// What is let in as JSON.
#include "wire/strict_json.h"

#include <gtest/gtest.h>

namespace wire {
namespace {

std::string mistake(std::string_view text) {
    auto const parsed = parse_object(text);
    return parsed ? "" : parsed.error();
}

std::string nested(int levels) {
    std::string text = "{\"a\":";
    for (int i = 1; i < levels; ++i) {
        text += "[";
    }
    text += "1";
    for (int i = 1; i < levels; ++i) {
        text += "]";
    }
    return text + "}";
}

TEST(StrictJson, ReadsAnObject) {
    auto const parsed = parse_object(" {\"text\": \"hi\", \"n\": [1, 2.50, {\"x\": null}]} \n");
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->object.at("text").as_string(), "hi");
    EXPECT_EQ(parsed->canonical, R"({"n":[1,2.50,{"x":null}],"text":"hi"})");
}

TEST(StrictJson, CanonicalTextIsTheSameForTheSameMeaning) {
    auto const a = parse_object(R"({"a":1,"b":{"d":true,"c":"é"}})");
    auto const b = parse_object("{\n\"b\" : {\"c\":\"\\u00e9\",\"d\":true}, \"a\":1 }");
    auto const c = parse_object(R"({"a":2,"b":{"d":true,"c":"é"}})");
    EXPECT_EQ(a->canonical, b->canonical);
    EXPECT_NE(a->canonical, c->canonical);
}

TEST(StrictJson, NumbersKeepEveryDigit) {
    auto const a = parse_object(R"({"n":123456789012345678901,"m":-0.10e2,"o":{"n":5},"k":7})");
    ASSERT_TRUE(a.has_value());
    EXPECT_EQ(a->numbers.at("n"), "123456789012345678901");
    EXPECT_EQ(a->numbers.at("m"), "-0.10e2");
    EXPECT_EQ(a->numbers.at("k"), "7");
    EXPECT_EQ(a->numbers.size(), 3U);
    EXPECT_NE(a->canonical, parse_object(R"({"n":123456789012345678902,"m":-0.10e2})")->canonical);
}

TEST(StrictJson, RefusesAKeyThatComesTwiceAtAnyDepth) {
    EXPECT_EQ(mistake(R"({"a":1,"a":2})"), "has the key `a` twice");
    EXPECT_EQ(mistake(R"({"x":[{"b":1,"\u0062":2}]})"), "has the key `b` twice");
    EXPECT_EQ(mistake(R"({"a":{"a":1}})"), "");
}

TEST(StrictJson, RefusesMoreThan32Levels) {
    EXPECT_EQ(mistake(nested(32)), "");
    EXPECT_EQ(mistake(nested(33)), "is nested deeper than 32 levels");
    EXPECT_EQ(mistake(nested(100'000)), "is nested deeper than 32 levels");
}

TEST(StrictJson, RefusesWhatIsNotAnObject) {
    for (auto const* const text : {"[]", "1", "\"a\"", "null", "true"}) {
        EXPECT_EQ(mistake(text), "is not a JSON object") << text;
    }
}

TEST(StrictJson, RefusesBrokenText) {
    for (auto const* const text :
         {"", " ", "{", "{\"a\"}", "{\"a\":1,}", "{'a':1}", "{\"a\":01}", "{\"a\":1} x", "{}{}",
          "{\"a\":NaN}", "{\"a\":\"\n\"}", "// c\n{}", "{\"a\":\"\xFF\"}", "{\"a\":\"\\ud800\"}"}) {
        EXPECT_NE(mistake(text), "") << text;
    }
}

TEST(StrictJson, SaysWhereItIsBroken) {
    EXPECT_TRUE(mistake("{\"a\": nope}").starts_with("is not valid JSON at byte"));
}

}  // namespace
}  // namespace wire
