// Vorbis, FLAC and Speex in Ogg, as encoders make them.
#include "adapters/media/vorbis.h"

#include <gtest/gtest.h>

#include "adapters/media/ogg.h"
#include "tests/media/ogg_pages.h"

namespace media_tests {
namespace {

using adapters::Length;
using adapters::media::measure_ogg;

constexpr std::array<std::uint64_t, 5> lengths{1, 160, 1'025, 24'000, 175'201};

void expect_same_length(std::string const& command, unsigned rate, std::string const& codec) {
    for (auto const samples : lengths) {
        Encoded const file{samples, rate, command, "a.ogg"};
        ASSERT_TRUE(file.made()) << command;
        auto const found = measured(measure_ogg, file.data());
        EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = rate})) << command;
        EXPECT_EQ(found.codec, codec);
        EXPECT_TRUE(found.exact);
        EXPECT_FALSE(found.truncated);
    }
}

TEST(Vorbis, HasTheSamplesThatWereEncoded) {
    expect_same_length("oggenc -Q -q 3 -o OUT IN", 44'100, "vorbis");
    expect_same_length("oggenc -Q -q -1 -o OUT IN", 24'000, "vorbis");
    expect_same_length("ffmpeg -v error -y -i IN -c:a libvorbis OUT", 48'000, "vorbis");
    expect_same_length("ffmpeg -v error -y -i IN -c:a libvorbis -page_duration 20000 OUT", 24'000,
                       "vorbis");
}

// The pages of an Ogg file of one stream, each granule moved by `by` but those of headers.
Data moved(Data const& data, std::int64_t by) {
    Data all;
    Reader reader{Bytes{data}};
    adapters::media::OggPages pages{reader};
    OggStream stream{1};
    while (auto const page = pages.next()) {
        auto const granule = page->granule > 0 ? page->granule + by : page->granule;
        unsigned const flags = (page->continued ? continues : 0U) | (page->first ? begins : 0U) |
                               (page->last ? ends : 0U);
        append(all, stream.raw_page(static_cast<std::uint64_t>(granule), flags,
                                    Data(page->lacing.begin(), page->lacing.end()),
                                    Data(page->body.begin(), page->body.end())));
    }
    return all;
}

TEST(Vorbis, AFirstPageThatSaysFewerSamplesCutsTheBeginningByAPacketAtMost) {
    Encoded const file{175'200, 24'000,
                       "ffmpeg -v error -y -i IN -c:a libvorbis -page_duration 400000 OUT",
                       "a.ogg"};
    ASSERT_TRUE(file.made());
    auto const length = [&](std::int64_t by) {
        return measured(measure_ogg, moved(file.data(), by)).audio.samples;
    };
    EXPECT_EQ(length(0), 175'200U);
    EXPECT_EQ(length(100'000), 175'200U) << "joined late";
    EXPECT_EQ(length(-10), 175'190U);
    EXPECT_EQ(length(-300), 174'900U);
    EXPECT_LT(length(-100'000), 175'200U);
    EXPECT_GE(length(-100'000), 175'200U - 1'024);
}

TEST(Vorbis, AFileThatEndsBeforeItBeginsStillHasItsPackets) {
    Encoded const file{12'345, 48'000, "oggenc -Q -o OUT IN", "a.ogg"};
    ASSERT_TRUE(file.made());
    auto const found = measured(measure_ogg, moved(file.data(), -14'400));
    EXPECT_LE(found.audio.samples, 12'608U);
    EXPECT_GE(found.audio.samples, 12'608U - 1'024);
}

TEST(Vorbis, WithoutItsSetupHeaderHasNoLength) {
    Encoded const file{24'000, 24'000, "oggenc -Q -o OUT IN", "a.ogg"};
    ASSERT_TRUE(file.made());
    auto data = file.data();
    auto const setup = std::ranges::search(data, std::as_bytes(std::span{"\x05vorbis", 7}));
    ASSERT_FALSE(setup.empty());
    setup.front() = std::byte{7};
    EXPECT_EQ(error_of(measure_ogg, data), "incomplete");
}

TEST(Vorbis, CutItPlaysUpToTheLastWholePage) {
    Encoded const file{175'200, 24'000,
                       "ffmpeg -v error -y -i IN -c:a libvorbis -page_duration 200000 OUT",
                       "a.ogg"};
    ASSERT_TRUE(file.made());
    auto half = file.data();
    half.resize(half.size() / 2);
    auto const found = measured(measure_ogg, half);
    EXPECT_TRUE(found.truncated);
    EXPECT_GT(found.audio.samples, 40'000U);
    EXPECT_LT(found.audio.samples, 140'000U);
}

Data vorbis_head() {
    Data data = to_data(std::string_view{"\x01vorbis\0\0\0\0\x01", 12});
    append_little<4>(data, 24'000);
    append(data, Data(12));
    append_little<2>(data, 0x01'B8);  // blocks of 256 and 2048
    return data;
}

TEST(VorbisHead, IsRefusedWhereItMakesNoSense) {
    using adapters::media::parse_vorbis_head;
    ASSERT_TRUE(parse_vorbis_head(vorbis_head()));
    EXPECT_EQ(parse_vorbis_head(vorbis_head())->blocks[1], 2'048U);
    for (auto const& [at, value] : std::vector<std::pair<std::size_t, unsigned>>{
             {11, 0}, {28, 0x8B}, {28, 0xE8}, {28, 0xB5}, {7, 1}}) {
        auto head = vorbis_head();
        head[at] = static_cast<std::byte>(value);
        EXPECT_FALSE(parse_vorbis_head(head)) << at;
    }
}

TEST(FlacInOgg, HasTheSamplesThatWereEncoded) {
    expect_same_length("flac -s -f --ogg -o OUT IN", 24'000, "flac");
    expect_same_length("flac -s -f --ogg -b 1000 -o OUT IN", 44'100, "flac");
    expect_same_length("ffmpeg -v error -y -i IN -c:a flac OUT", 48'000, "flac");
}

TEST(Speex, HasTheSamplesThatWereEncoded) {
    expect_same_length("speexenc IN OUT", 8'000, "speex");
    expect_same_length("speexenc --nframes 3 IN OUT", 16'000, "speex");
    expect_same_length("speexenc --nframes 10 IN OUT", 32'000, "speex");
}

TEST(Vorbis, HostileCopiesComeToAnEnd) {
    for (std::string const command :
         {"oggenc -Q -o OUT IN", "flac -s -f --ogg -o OUT IN", "speexenc IN OUT"}) {
        Encoded const file{4'000, 16'000, command, "a.ogg"};
        ASSERT_TRUE(file.made());
        EXPECT_EQ(lost_copies(measure_ogg, file.data()), 0) << command;
    }
}

}  // namespace
}  // namespace media_tests
