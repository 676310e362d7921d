// The small decisions of the server, as functions.
#include <zlib.h>

#include <gtest/gtest.h>

#include "adapters/http/compress.h"
#include "adapters/http/facts.h"
#include "adapters/http/file_part.h"
#include "adapters/http/forwarded.h"
#include "adapters/http/head.h"

namespace {

using namespace adapters::http;

TEST(Encoding, IsTakenAsItIsOffered) {
    EXPECT_TRUE(accepts_gzip("gzip"));
    EXPECT_TRUE(accepts_gzip("deflate, GZIP;q=0.5, br"));
    EXPECT_TRUE(accepts_gzip("gzip;q=0.001"));
    EXPECT_TRUE(accepts_gzip("br, *"));
    EXPECT_FALSE(accepts_gzip(""));
    EXPECT_FALSE(accepts_gzip("br, identity"));
    EXPECT_FALSE(accepts_gzip("gzip;q=0"));
    EXPECT_FALSE(accepts_gzip("gzip;q=0.000, *"));
    EXPECT_FALSE(accepts_gzip("*;q=0"));
    EXPECT_FALSE(accepts_gzip("gzipped"));
}

TEST(Encoding, IsForText) {
    EXPECT_TRUE(is_compressible("application/json; charset=utf-8"));
    EXPECT_TRUE(is_compressible("application/problem+json"));
    EXPECT_TRUE(is_compressible("text/plain"));
    EXPECT_FALSE(is_compressible("audio/mpeg"));
    EXPECT_FALSE(is_compressible(""));
}

std::string unpack(std::string packed) {
    z_stream stream{};
    EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
    std::string plain(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(plain.data());
    stream.avail_out = static_cast<uInt>(plain.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    plain.resize(stream.total_out);
    inflateEnd(&stream);
    return plain;
}

TEST(Gzip, CanBeUndoneEachTime) {
    Gzip gzip;
    for (std::size_t const size : {1'025U, 5'000U, 900'000U}) {
        std::string plain;
        while (plain.size() < size) {
            plain += "abc" + std::to_string(plain.size());
        }
        auto const packed = gzip.pack(plain);
        ASSERT_TRUE(packed);
        EXPECT_LT(packed->size(), plain.size());
        EXPECT_EQ(unpack(*packed), plain);
    }
}

TEST(Gzip, LeavesAloneWhatIsSmallOrDoesNotGetSmaller) {
    Gzip gzip;
    EXPECT_FALSE(gzip.pack(std::string(1'024, 'a')));
    std::string noise;
    for (std::uint32_t state = 1; noise.size() < 2'000;) {
        state = state * 1'664'525 + 1'013'904'223;
        noise += static_cast<char>(state >> 24);
    }
    EXPECT_FALSE(gzip.pack(noise));
}

Plan plan(std::string range, std::string etag = "\"e\"", std::string if_range = "") {
    Facts facts;
    facts.get = true;
    facts.range = std::move(range);
    facts.if_range = std::move(if_range);
    return plan_file(facts, etag, 1'000);
}

void expect_part(std::string const& range, std::uint64_t first, std::uint64_t size) {
    auto const planned = plan(range);
    EXPECT_EQ(planned.answer, Answer::part) << range;
    EXPECT_EQ(planned.part.first, first) << range;
    EXPECT_EQ(planned.part.size, size) << range;
}

TEST(Range, IsCutToTheFile) {
    expect_part("bytes=0-0", 0, 1);
    expect_part("bytes=0-499", 0, 500);
    expect_part("bytes=500-", 500, 500);
    expect_part("bytes=-1", 999, 1);
    expect_part("bytes=-5000", 0, 1'000);
    expect_part("bytes=990-5000", 990, 10);
    expect_part("Bytes=999-99999999999999999999999", 999, 1);
}

TEST(Range, ThatIsOutsideCannotBeSatisfied) {
    for (auto const* range :
         {"bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999999999-"}) {
        EXPECT_EQ(plan(range).answer, Answer::unsatisfiable) << range;
    }
}

TEST(Range, ThatMakesNoSenseIsIgnored) {
    for (auto const* range :
         {"", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "items=0-1",
          "bytes=1--2", "bytes=0-0x", "bytes=+1-2"}) {
        EXPECT_EQ(plan(range).answer, Answer::whole) << range;
    }
}

TEST(Range, IsForTheSameFileOnly) {
    EXPECT_EQ(plan("bytes=0-1", "\"e\"", "\"e\"").answer, Answer::part);
    EXPECT_EQ(plan("bytes=0-1", "\"e\"", "\"f\"").answer, Answer::whole);
    EXPECT_EQ(plan("bytes=0-1", "W/\"e\"", "W/\"e\"").answer, Answer::whole);
    EXPECT_EQ(plan("bytes=0-1", "\"e\"", "Sun, 06 Nov 1994 08:49:37 GMT").answer, Answer::whole);
}

TEST(Range, OfAnEmptyFileCannotBeSatisfied) {
    Facts facts;
    facts.get = true;
    facts.range = "bytes=0-";
    EXPECT_EQ(plan_file(facts, "", 0).answer, Answer::unsatisfiable);
    facts.range = "bytes=-5";
    EXPECT_EQ(plan_file(facts, "", 0).answer, Answer::unsatisfiable);
}

TEST(Etag, ThatIsKnownMeansUnchanged) {
    Facts facts;
    facts.get = true;
    for (auto const* known : {"\"e\"", "W/\"e\"", "\"a\", \"e\"", "*"}) {
        facts.if_none_match = known;
        EXPECT_EQ(plan_file(facts, "\"e\"", 5).answer, Answer::unchanged) << known;
    }
    facts.if_none_match = "\"other\"";
    EXPECT_EQ(plan_file(facts, "\"e\"", 5).answer, Answer::whole);
}

std::string remote(std::string peer, std::vector<std::string> forwarded) {
    Request request;
    for (auto& value : forwarded) {
        request.headers.emplace_back("x-forwarded-for", std::move(value));
    }
    return remote_of(request, peer, {"10.0.0.1", "10.0.0.2", "unix", "::1"});
}

TEST(Forwarded, IsBelievedFromTrustedProxiesOnly) {
    EXPECT_EQ(remote("1.2.3.4", {"5.6.7.8"}), "1.2.3.4");
    EXPECT_EQ(remote("10.0.0.1", {"5.6.7.8"}), "5.6.7.8");
    EXPECT_EQ(remote("unix", {"5.6.7.8"}), "5.6.7.8");
    EXPECT_EQ(remote("10.0.0.1", {}), "10.0.0.1");
}

TEST(Forwarded, CountsFromTheNearestSoThatAClientCannotLie) {
    EXPECT_EQ(remote("10.0.0.1", {"6.6.6.6, 5.6.7.8"}), "5.6.7.8");
    EXPECT_EQ(remote("10.0.0.1", {"6.6.6.6, 5.6.7.8, 10.0.0.2"}), "5.6.7.8");
    EXPECT_EQ(remote("10.0.0.1", {"6.6.6.6", "5.6.7.8", " ::1 "}), "5.6.7.8");
}

TEST(Forwarded, StopsAtWhatIsNoAddress) {
    EXPECT_EQ(remote("10.0.0.1", {"5.6.7.8, nonsense"}), "10.0.0.1");
    EXPECT_EQ(remote("10.0.0.1", {"nonsense, 10.0.0.2"}), "10.0.0.2");
    EXPECT_EQ(remote("10.0.0.1", {"[2001:db8::1]"}), "2001:db8::1");
}

TEST(RequestId, IsVisibleAsciiOfSomeLength) {
    EXPECT_TRUE(is_sane_id("a"));
    EXPECT_TRUE(is_sane_id(std::string(128, '~')));
    EXPECT_FALSE(is_sane_id(""));
    EXPECT_FALSE(is_sane_id(std::string(129, 'a')));
    EXPECT_FALSE(is_sane_id("a b"));
    EXPECT_FALSE(is_sane_id("\xc3\xa4"));
}

TEST(Date, IsWrittenAsHttpWantsIt) {
    EXPECT_EQ(http_date(784'111'777), "Sun, 06 Nov 1994 08:49:37 GMT");
}

}  // namespace
