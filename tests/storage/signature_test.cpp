// Signature Version 4 against the examples that AWS has published: those of S3's documentation, and
// `get-vanilla` of its test suite.
#include "adapters/storage/signature.h"

#include <gtest/gtest.h>

#include "adapters/storage/xml.h"

namespace adapters::storage {
namespace {

constexpr auto* nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Keys const keys{.id = "AKIAIOSFODNN7EXAMPLE",
                .secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                .region = "us-east-1"};

ToSign of_s3(std::string method, std::string path, std::string query = {}) {
    return {.method = std::move(method),
            .path = std::move(path),
            .query = std::move(query),
            .headers = {{"Host", "examplebucket.s3.amazonaws.com"},
                        {"x-amz-date", "20130524T000000Z"},
                        {"x-amz-content-sha256", nothing}},
            .content_hash = nothing};
}

std::string sign(ToSign const& request) {
    return authorization(request, keys, "20130524T000000Z");
}

std::string signature(ToSign const& request) {
    auto const text = sign(request);
    return text.substr(text.rfind('=') + 1);
}

TEST(Signature, IsThatOfTheExampleThatGetsARangeOfAnObject) {
    auto request = of_s3("GET", "/test.txt");
    request.headers.emplace_back("Range", "bytes=0-9");
    EXPECT_EQ(sign(request),
              "AWS4-HMAC-SHA256 "
              "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
              "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
              "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST(Signature, IsThatOfTheExampleThatPutsAnObject) {
    auto request = of_s3("PUT", encoded("/test$file.text", true));
    request.content_hash = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    request.headers.back().second = request.content_hash;
    request.headers.emplace_back("Date", "Fri, 24 May 2013 00:00:00 GMT");
    request.headers.emplace_back("x-amz-storage-class", "REDUCED_REDUNDANCY");
    EXPECT_EQ(request.path, "/test%24file.text");
    EXPECT_EQ(signature(request),
              "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
}

TEST(Signature, IsThatOfTheExamplesAboutABucket) {
    EXPECT_EQ(signature(of_s3("GET", "/", query_text({{"lifecycle", ""}}))),
              "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    EXPECT_EQ(signature(of_s3("GET", "/", query_text({{"prefix", "J"}, {"max-keys", "2"}}))),
              "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST(Signature, IsThatOfTheTestSuitesPlainRequest) {
    ToSign const request{
        .method = "GET",
        .path = "/",
        .headers = {{"Host", "example.amazonaws.com"}, {"X-Amz-Date", "20150830T123600Z"}},
        .content_hash = nothing};
    Keys const suite{.id = "AKIDEXAMPLE",
                     .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                     .region = "us-east-1",
                     .service = "service"};
    auto const text = authorization(request, suite, "20150830T123600Z");
    EXPECT_EQ(text.substr(text.rfind('=') + 1),
              "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
}

TEST(Signature, HeadersAreInOrderAndWithoutSpareSpaces) {
    ToSign const request{.method = "GET",
                         .path = "/",
                         .headers = {{"X-B", "  two   words "}, {"x-a", "1"}, {"Host", "h"}},
                         .content_hash = nothing};
    EXPECT_EQ(canonical(request), std::string{"GET\n/\n\nhost:h\nx-a:1\nx-b:two words\n\n"
                                              "host;x-a;x-b\n"} +
                                      nothing);
}

TEST(Signature, WhatIsNotPlainIsEncodedAndAQueryIsInOrder) {
    EXPECT_EQ(encoded("a b/ü~", true), "a%20b/%C3%BC~");
    EXPECT_EQ(encoded("a/b", false), "a%2Fb");
    EXPECT_EQ(query_text({{"b", "x y"}, {"a", ""}, {"B", "/"}}), "B=%2F&a=&b=x%20y");
}

TEST(S3Xml, ElementsAreFoundByTheirNames) {
    constexpr auto* text = "<R><C><Key>a&amp;b</Key></C><C><Key>c</Key></C><C><Key>cut</R>";
    ASSERT_EQ(each(text, "C").size(), 2U);
    EXPECT_EQ(plain(inside(each(text, "C")[0], "Key")), "a&b");
    EXPECT_EQ(inside(text, "None"), "");
    EXPECT_EQ(plain("&lt;&gt;&quot;&apos;&&amp"), "<>\"'&&amp");
}

}  // namespace
}  // namespace adapters::storage
