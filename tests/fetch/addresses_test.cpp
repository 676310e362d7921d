// Which addresses are public, at the edges of every block.
#include "adapters/fetch/addresses.h"

#include <array>

#include <gtest/gtest.h>

using adapters::fetch::parse_ipv4;
using adapters::fetch::parse_ipv6;
using adapters::fetch::to_text;
using adapters::fetch::why_not_public;

namespace {

bool is_public(char const* text) {
    auto const four = parse_ipv4(text);
    auto const address = four ? four : parse_ipv6(text);
    EXPECT_TRUE(address) << text;
    return address && why_not_public(*address).empty();
}

}  // namespace

TEST(FetchAddresses, OfIpv4NothingThatIsSetApartIsPublic) {
    for (auto const* const text :
         std::array{"0.0.0.0",         "0.255.255.255",   "10.0.0.0",        "10.255.255.255",
                    "100.64.0.0",      "100.100.100.200", "100.127.255.255", "127.0.0.1",
                    "127.255.255.255", "169.254.0.0",     "169.254.169.254", "169.254.255.255",
                    "172.16.0.0",      "172.31.255.255",  "192.0.0.0",       "192.0.0.192",
                    "192.0.2.1",       "192.88.99.1",     "192.168.0.0",     "192.168.255.255",
                    "198.18.0.0",      "198.19.255.255",  "198.51.100.7",    "203.0.113.255",
                    "224.0.0.1",       "239.255.255.255", "240.0.0.0",       "255.255.255.255",
                    "168.63.129.16"}) {
        EXPECT_FALSE(is_public(text)) << text;
    }
}

TEST(FetchAddresses, TheNeighboursOfThoseBlocksArePublic) {
    for (auto const* const text :
         std::array{"1.0.0.0",        "1.1.1.1",         "8.8.8.8",         "9.255.255.255",
                    "11.0.0.0",       "100.63.255.255",  "100.128.0.0",     "126.255.255.255",
                    "128.0.0.0",      "169.253.255.255", "169.255.0.0",     "172.15.255.255",
                    "172.32.0.0",     "191.255.255.255", "192.0.1.0",       "192.0.3.0",
                    "192.88.98.255",  "192.88.100.0",    "192.167.255.255", "192.169.0.0",
                    "198.17.255.255", "198.20.0.0",      "198.51.99.255",   "198.51.101.0",
                    "203.0.112.255",  "203.0.114.0",     "223.255.255.255", "168.63.129.15",
                    "168.63.129.17"}) {
        EXPECT_TRUE(is_public(text)) << text;
    }
}

TEST(FetchAddresses, OfIpv6OnlyWhatIsGivenOutIsPublic) {
    for (auto const* const text :
         std::array{"2001:200::1", "2001:4860:4860::8888", "2606:4700::1111", "2a00::1", "2003::1",
                    "3ffe::1", "2001:db7:ffff::1", "2001:db9::1", "3fff:1000::1", "2400:cb00::1"}) {
        EXPECT_TRUE(is_public(text)) << text;
    }
    for (auto const* const text : std::array{"::",
                                             "::1",
                                             "::2",
                                             "::7f00:1",
                                             "::8.8.8.8",
                                             "::ffff:127.0.0.1",
                                             "::ffff:8.8.8.8",
                                             "::ffff:0:8.8.8.8",
                                             "100::1",
                                             "1fff:ffff::1",
                                             "4000::1",
                                             "5f00::1",
                                             "fc00::1",
                                             "fd00:ec2::254",
                                             "fdff::1",
                                             "fe00::1",
                                             "fe80::1",
                                             "febf::1",
                                             "fec0::1",
                                             "feff::1",
                                             "ff02::1",
                                             "ffff::1",
                                             "2001::1",
                                             "2001:0:4136:e378:8000:63bf:3fff:fdd2",
                                             "2001:2::1",
                                             "2001:10::1",
                                             "2001:20::1",
                                             "2001:1ff:ffff::1",
                                             "2001:db8::1",
                                             "2001:db8:ffff::1",
                                             "2002:7f00:1::",
                                             "2002:808:808::1",
                                             "3fff::1",
                                             "3fff:fff::1",
                                             "64:ff9b:1::1",
                                             "64:ff9c::8.8.8.8"}) {
        EXPECT_FALSE(is_public(text)) << text;
    }
}

TEST(FetchAddresses, BehindNat64TheAddressInsideIsJudged) {
    EXPECT_TRUE(is_public("64:ff9b::8.8.8.8"));
    EXPECT_FALSE(is_public("64:ff9b::127.0.0.1"));
    EXPECT_FALSE(is_public("64:ff9b::a9fe:a9fe"));
    EXPECT_FALSE(is_public("64:ff9b::10.1.2.3"));
}

TEST(FetchAddresses, AreReadInTheirOneFormOnly) {
    for (auto const* const text : std::array{"", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256",
                                             "0x1.2.3.4", " 1.2.3.4", "1.2.3.4 ", "1..2.3"}) {
        EXPECT_FALSE(parse_ipv4(text)) << text;
    }
    for (auto const* const text : std::array{"", ":", ":::", "1::2::3", "fe80::1%eth0", "[::1]",
                                             "1:2:3:4:5:6:7:8:9", "::12345", "1.2.3.4"}) {
        EXPECT_FALSE(parse_ipv6(text)) << text;
    }
    EXPECT_FALSE(parse_ipv4(std::string_view{"1.2.3.4\0", 8}));
    EXPECT_EQ(to_text(*parse_ipv4("192.0.2.7")), "192.0.2.7");
    EXPECT_EQ(to_text(*parse_ipv6("2001:DB8:0:0::1")), "2001:db8::1");
}

TEST(FetchAddresses, ARefusalSaysWhatItIs) {
    EXPECT_EQ(why_not_public(*parse_ipv4("127.0.0.1")), "a loopback address");
    EXPECT_EQ(why_not_public(*parse_ipv4("169.254.169.254")), "a link-local address");
    EXPECT_EQ(why_not_public(*parse_ipv6("64:ff9b::10.0.0.1")), "a private address");
}
