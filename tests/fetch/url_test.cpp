// What is a URL, what is none, and where redirects lead.
#include "adapters/fetch/url.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

using adapters::fetch::is_web_port;
using adapters::fetch::join;
using adapters::fetch::parse_url;
using adapters::fetch::Url;

namespace {

// "https://host:port|path|query", or "bad_url".
std::string parts(std::string_view text) {
    auto const url = parse_url(text);
    return url ? url->origin() + "|" + url->path + "|" + url->query : url.error().code;
}

std::string joined(std::string_view base, std::string_view location) {
    auto const url = join(*parse_url(base), location);
    return url ? url->origin() + url->path + url->query : url.error().code;
}

}  // namespace

TEST(FetchUrl, IsCutIntoItsParts) {
    struct Row {
        char const* text;
        char const* parts;
    };

    for (auto const& row : std::array{
             Row{"https://example.com/a/b.mp3?x=1&y=%20",
                 "https://example.com|/a/b.mp3|?x=1&y=%20"},
             Row{"HTTPS://EXAMPLE.com", "https://example.com|/|"},
             Row{"http://example.com?q", "http://example.com|/|?q"},
             Row{"http://example.com:80/", "http://example.com|/|"},
             Row{"https://example.com:80/", "https://example.com:80|/|"},
             Row{"https://example.com:8443/a", "https://example.com:8443|/a|"},
             Row{"https://example.com/a#part?b", "https://example.com|/a|"},
             Row{"https://example.com/a?b#c", "https://example.com|/a|?b"},
             Row{"https://example.com/a@b:c", "https://example.com|/a@b:c|"},
             Row{"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example|/|"},
             Row{"https://my_bucket-.s3.amazonaws.com/", "https://my_bucket-.s3.amazonaws.com|/|"},
             Row{"https://192.0.2.7/", "https://192.0.2.7|/|"},
             Row{"https://1password.com/", "https://1password.com|/|"},
             Row{"https://0x.example/", "https://0x.example|/|"},
             Row{"http://[2001:DB8:0::1]:8080/", "http://[2001:db8::1]:8080|/|"},
             Row{"http://[::ffff:1.2.3.4]/", "http://[::ffff:1.2.3.4]|/|"},
             Row{"http://localhost:9000/x", "http://localhost:9000|/x|"},
         }) {
        EXPECT_EQ(parts(row.text), row.parts) << row.text;
    }
}

TEST(FetchUrl, IsRefusedWhereTwoCouldReadItInTwoWays) {
    for (auto const* const text : std::array{
             "",
             "example.com",
             "//example.com/",
             "/a",
             "file:///etc/passwd",
             "ftp://example.com/",
             "gopher://example.com/",
             "data:,x",
             "http:/example.com/",
             "http:example.com",
             "http://",
             "http:///a",
             "http://?q",
             "http://:80/",
             " http://example.com/",
             "http://example.com/a b",
             "http://example.com/\r\nHost: x",
             "http://example.com/\t",
             "http://exam\nple.com/",
             "http://example.com\\@evil.example/",
             "http://example.com/\x7F",
             "http://b\xC3\xBC"
             "cher.example/",
             "http://example.com/\xC3\xA9",
             "http://user@example.com/",
             "http://user:secret@example.com/",
             "http://@example.com/",
             "http://:@example.com/",
             "http://good.example@evil.example/",
             "http://example%2ecom/",
             "http://%31.1.1.1/",
             "http://example.com/%",
             "http://example.com/%4",
             "http://example.com/%zz",
             "http://example.com/\"",
             "http://example.com/<x>",
             "http://example.com/{x}",
         }) {
        EXPECT_EQ(parts(text), "bad_url") << text;
    }
}

TEST(FetchUrl, TakesNoHostThatIsAnAddressInDisguiseOrNoName) {
    for (auto const* const host : std::array{
             "127.1",
             "0",
             "1",
             "2130706433",
             "0x7f000001",
             "0x7F.0.0.1",
             "0x",
             "017700000001",
             "0177.0.0.1",
             "127.0.0.01",
             "1.2.3",
             "1.2.3.4.5",
             "256.1.1.1",
             "1.2.3.0x4",
             "1.2.3.4.",
             "example.1",
             "example.0xff",
             ".",
             "..",
             "...",
             ".example.com",
             "example.com.",
             "example..com",
             "[::1",
             "::1",
             "[::1]x",
             "[]",
             "[::1%25eth0]",
             "[1.2.3.4]",
             "[::g]",
             "x[::1]",
             "exa mple",
             "exa!mple.com",
             "example.com,evil.com",
             "a*b.com",
             "(example)",
         }) {
        EXPECT_EQ(parts("http://" + std::string{host} + "/"), "bad_url") << host;
    }
    std::string const label(63, 'a');
    EXPECT_NE(parts("http://" + label + ".example/"), "bad_url");
    EXPECT_EQ(parts("http://" + label + "a.example/"), "bad_url");
    EXPECT_EQ(parts("http://" + label + "." + label + "." + label + "." + label + "/"), "bad_url");
}

TEST(FetchUrl, TakesNoPortThatIsNone) {
    for (auto const* const port : std::array{"", "0", "00", "080", "65536", "99999999999", "-1",
                                             "+80", "8o", "80 ", "80:80", "0x50"}) {
        EXPECT_EQ(parts("http://example.com:" + std::string{port} + "/"), "bad_url") << port;
    }
    EXPECT_EQ(parts("http://example.com:65535/"), "http://example.com:65535|/|");
}

TEST(FetchUrl, HasABound) {
    std::string const base = "http://example.com/";
    EXPECT_NE(parts(base + std::string(8192 - base.size(), 'x')), "bad_url");
    EXPECT_EQ(parts(base + std::string(8193 - base.size(), 'x')), "bad_url");
}

TEST(FetchUrl, NoComplaintRepeatsASecret) {
    for (auto const* const text :
         std::array{"https://user:secret@example.com/", "https://example.com/?signature=secret ",
                    "https://127.1/?signature=secret"}) {
        auto const url = parse_url(text);
        ASSERT_FALSE(url) << text;
        EXPECT_FALSE(url.error().message.contains("secret")) << url.error().message;
    }
}

TEST(FetchUrl, IsShownWithoutItsQueryAndNotTooLong) {
    EXPECT_EQ(parse_url("https://example.com/a.mp3?signature=secret")->shown(),
              "https://example.com/a.mp3");
    auto const url = parse_url("https://example.com/" + std::string(4000, 'x'));
    EXPECT_LT(url->shown().size(), 200U);
}

TEST(FetchUrl, ARedirectMayNameAPart) {
    struct Row {
        char const* location;
        char const* leads_to;
    };

    auto const* const base = "https://a.example:8443/b/c/d?q=1";
    for (auto const& row : std::array{
             Row{"https://x.example/y", "https://x.example/y"},
             Row{"//x.example/y", "https://x.example/y"},
             Row{"/y?z", "https://a.example:8443/y?z"},
             Row{"y", "https://a.example:8443/b/c/y"},
             Row{"y/", "https://a.example:8443/b/c/y/"},
             Row{"./y", "https://a.example:8443/b/c/y"},
             Row{"../y", "https://a.example:8443/b/y"},
             Row{"../../../y", "https://a.example:8443/y"},
             Row{"..", "https://a.example:8443/b/"},
             Row{"/x/./y/../z", "https://a.example:8443/x/z"},
             Row{"/x//y", "https://a.example:8443/x//y"},
             Row{"?z=2", "https://a.example:8443/b/c/d?z=2"},
             Row{"#there", "https://a.example:8443/b/c/d?q=1"},
             Row{"y#there", "https://a.example:8443/b/c/y"},
             Row{"javascript:alert(1)", "bad_url"},
             Row{"file:///etc/passwd", "bad_url"},
             Row{"//user@x.example/", "bad_url"},
             Row{"//127.1/", "bad_url"},
             Row{"http:y", "bad_url"},
             Row{"y z", "bad_url"},
             Row{"\\\\x.example\\y", "bad_url"},
         }) {
        EXPECT_EQ(joined(base, row.location), row.leads_to) << row.location;
    }
    EXPECT_EQ(joined(base, "/" + std::string(4096, 'x')), "bad_url");
}

TEST(FetchUrl, PortsOfOtherProtocolsAreNotTheWebs) {
    for (int const port : {80, 443, 1024, 3000, 8080, 8443, 9000, 65535}) {
        EXPECT_TRUE(is_web_port(static_cast<std::uint16_t>(port))) << port;
    }
    for (int const port : {1, 22, 25, 53, 81, 110, 444, 587, 1023, 2049, 6000, 6667}) {
        EXPECT_FALSE(is_web_port(static_cast<std::uint16_t>(port))) << port;
    }
}
