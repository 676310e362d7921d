// JSON as it was written, and places in it.
#include "adapters/providers/http/json.h"

#include <gtest/gtest.h>

namespace {

using adapters::providers::http::at;
using adapters::providers::http::Json;
using adapters::providers::http::merge;
using adapters::providers::http::parse_json;
using adapters::providers::http::plain;
using adapters::providers::http::put;
using adapters::providers::http::text_json;
using adapters::providers::http::to_text;

std::string found(std::string const& json, std::string const& pointer) {
    auto const parsed = parse_json(json);
    auto const* here = parsed ? at(*parsed, dialect::parse_pointer(pointer)->steps) : nullptr;
    return here == nullptr ? "nothing" : plain(*here);
}

TEST(ProviderJson, NumbersStayAsTheyWereWritten) {
    std::string const text =
        R"({"id":9007199254740993,"big":123456789012345678901234567890,"d":0.10,"e":1e400})";
    auto const parsed = parse_json(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ(to_text(*parsed), text);
    EXPECT_EQ(found(text, "/big"), "123456789012345678901234567890");
}

TEST(ProviderJson, WhatIsNoJsonIsNothing) {
    for (auto const* text : {"", "{", R"({"a":1} x)", "<html>", R"({"a":"\ud800"})", "\xff"}) {
        EXPECT_FALSE(parse_json(text)) << text;
    }
    EXPECT_FALSE(parse_json(std::string(100, '[') + std::string(100, ']')));
}

TEST(ProviderJson, PointersLeadThroughListsAndEscapedKeys) {
    std::string const text = R"({"a/b":[{"~":"x"}],"n":null})";
    EXPECT_EQ(found(text, "/a~1b/0/~0"), "x");
    EXPECT_EQ(found(text, "/a~1b/1"), "nothing");
    EXPECT_EQ(found(text, "/a~1b/00"), "nothing");
    EXPECT_EQ(found(text, "/n/x"), "nothing");
    EXPECT_FALSE(dialect::parse_pointer("a"));
    EXPECT_FALSE(dialect::parse_pointer("/~2"));
}

TEST(ProviderJson, PutMakesTheObjectsOnItsWayAndNothingElse) {
    Json json;
    EXPECT_TRUE(put(json, {"options", "id"}, text_json("k")));
    EXPECT_EQ(to_text(json), R"({"options":{"id":"k"}})");
    EXPECT_FALSE(put(json, {"options", "id", "deeper"}, text_json("k")));
}

TEST(ProviderJson, MergingKeepsWhatIsSaidOnce) {
    auto whole = *parse_json(R"({"id":"a","choices":[{"finish_reason":"stop"}]})");
    merge(whole, *parse_json(R"({"id":null,"choices":[],"usage":{"n":3}})"));
    EXPECT_EQ(to_text(whole), R"({"id":"a","choices":[{"finish_reason":"stop"}],"usage":{"n":3}})");
}

TEST(ProviderJson, ControlCharactersAreEscaped) {
    EXPECT_EQ(to_text(text_json("a\"\\\n\x01")), R"("a\"\\\n\u0001")");
}

}  // namespace
