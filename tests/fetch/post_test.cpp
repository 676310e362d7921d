// Posting to addresses that others name: what is refused, and what an answer is.
#include "adapters/fetch/post.h"

#include <gtest/gtest.h>

#include "tests/fetch/support.h"

namespace tests {

using adapters::fetch::Address;
using adapters::fetch::Poster;

namespace {

std::string code_of(std::string_view url, FetchOptions const& options) {
    auto const answer = Poster{options}.post(url, "", "{}");
    return answer ? std::to_string(answer->status) : answer.error().code;
}

FetchOptions careful() {
    auto options = for_tests();
    options.allow_private = false;
    return options;
}

}  // namespace

TEST(Post, NothingGoesIntoPrivateNetworksWhateverLeadsThere) {
    for (auto const* const url :
         {"http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.1/",
          "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/", "http://[fd00::1]/",
          "https://192.168.1.1/"}) {
        EXPECT_EQ(code_of(url, careful()), "forbidden_address") << url;
    }
}

TEST(Post, ANameThatLeadsToThisMachineIsRefusedAndSoIsOneThatLeadsThereToo) {
    auto options = careful();
    options.resolver = [](std::string const& host) {
        std::vector<Address> found{*adapters::fetch::parse_ipv4("93.184.216.34")};
        if (host == "mixed.example") {
            found.push_back(*adapters::fetch::parse_ipv4("127.0.0.1"));
        } else {
            found = {*adapters::fetch::parse_ipv4("127.0.0.1")};
        }
        return found;
    };
    EXPECT_EQ(code_of("http://inside.example/", options), "forbidden_address");
    EXPECT_EQ(code_of("http://mixed.example/", options), "forbidden_address");
}

TEST(Post, WhatIsNoAddressOfTheWebIsRefused) {
    for (auto const* const url : {"", "ftp://a.example/", "http://u:p@a.example/", "http://",
                                  "http://a.example/\r\nX: y", "http://0x7f.1/"}) {
        EXPECT_EQ(code_of(url, careful()), "bad_url") << url;
    }
    EXPECT_EQ(code_of("http://a.example:25/", careful()), "forbidden_address");
}

TEST(Post, ItsComplaintsDoNotNameTheAddress) {
    auto const answer = Poster{careful()}.post("http://127.0.0.1/secret-path", "", "{}");
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().message.find("secret-path"), std::string::npos)
        << answer.error().message;
}

TEST(Post, AReceiverThatIsNotThereIsNoAnswer) {
    auto options = for_tests();
    options.connect_timeout = base::Millis{2'000};
    options.allow_any_port = true;
    EXPECT_EQ(code_of("http://127.0.0.1:9/", options), "connect");
}

}  // namespace tests
