// Small readings: dates, waits, places, bytes.
#include "adapters/providers/http/reading.h"

#include "adapters/providers/http/bytes.h"
#include "adapters/providers/http/pace.h"
#include "adapters/providers/text.h"
#include "tests/http_provider/world.h"

namespace {

namespace http = tests::http;

TEST(HttpReading, DatesOfHeadersAreRead) {
    EXPECT_EQ(http::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
              base::parse_timestamp("1994-11-06T08:49:37Z"));
    for (auto const* text : {"", "6", "Sun, 06 Nov 1994 08:49:37 CET",
                             "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 99 Nov 1994 08:49:37 GMT"}) {
        EXPECT_FALSE(http::parse_http_date(text)) << text;
    }
}

TEST(HttpReading, MessagesAreOneLineAndNotTooLong) {
    EXPECT_EQ(adapters::providers::one_line(" a\r\n\tb ", 100), "a b");
    EXPECT_EQ(adapters::providers::one_line("\xc4\xfa", 100), "??");  // GBK of a gateway's page
    EXPECT_EQ(adapters::providers::one_line("aé", 2), "a");
}

TEST(HttpReading, ExtensionsComeFromWhateverNamesAFormat) {
    EXPECT_EQ(http::extension_of("audio/mpeg; rate=1"), "mp3");
    EXPECT_EQ(http::extension_of("mp3_44100_128"), "mp3");
    EXPECT_EQ(http::extension_of("wav"), "wav");
    EXPECT_EQ(http::extension_of("../../etc"), "bin");
    EXPECT_EQ(http::extension_of(""), "bin");
}

TEST(HttpReading, BytesAreDecodedOrRefused) {
    EXPECT_EQ(http::decoded("AAEC", false), std::string("\0\1\2", 3));
    EXPECT_EQ(http::decoded("AAE", false), std::string("\0\1", 2));
    EXPECT_EQ(http::decoded("00fF", true), std::string("\0\xff", 2));
    EXPECT_FALSE(http::decoded("0", true));
    EXPECT_FALSE(http::decoded("zz", true));
    EXPECT_FALSE(http::decoded("@@@@", false));
}

TEST(HttpPace, NoMoreAreAskedInASecondThanTheProviderLikes) {
    dialect::Poll poll;
    poll.per_second = 10;
    http::Pace pace{poll, {}};
    std::vector<std::optional<base::Millis>> waits;
    for (int i = 0; i < 40; ++i) {
        waits.push_back(pace.room());
    }
    EXPECT_EQ(waits[0], base::Millis{0});
    EXPECT_GE(*waits[5], base::Millis{400});
    EXPECT_FALSE(waits[39]);  // another time
}

}  // namespace
