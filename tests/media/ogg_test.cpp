// Ogg: pages, granules, links, and what players make of them.
#include "adapters/media/ogg.h"

#include <gtest/gtest.h>

#include "adapters/media/found.h"
#include "tests/media/ogg_pages.h"

namespace media_tests {
namespace {

using adapters::Basis;
using adapters::Length;
using adapters::media::measure_ogg;

Measured measure(Data const& data) {
    return measured(measure_ogg, data);
}

Length opus(std::uint64_t samples) {
    return {.samples = samples, .rate = 48'000};
}

Data joined(Data one, Data const& other) {
    append(one, other);
    return one;
}

TEST(Ogg, CountsPacketsLessPreSkipAndTheEndThatTheLastGranuleCutsOff) {
    OpusFile const file{.cut = 648};
    auto const found = measure(build(file));
    EXPECT_EQ(found.audio, opus(50 * 960 - 648 - 312));
    EXPECT_EQ(found.container, "ogg");
    EXPECT_EQ(found.codec, "opus");
    EXPECT_EQ(found.basis, Basis::trimmed);
    EXPECT_TRUE(found.exact);
    EXPECT_FALSE(found.truncated);
    EXPECT_EQ(found.segments, 1);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Ogg, MeasuresASingleSample) {
    EXPECT_EQ(measure(build({.pages = 1, .each = 1, .cut = 647})).audio, opus(1));
}

TEST(Ogg, HasNoLengthWithoutASample) {
    EXPECT_EQ(error_of(measure_ogg, build({.pages = 1, .each = 1, .cut = 648})), "incomplete");
    EXPECT_EQ(error_of(measure_ogg, build({.pages = 0})), "incomplete");
}

TEST(Ogg, AddsTheLinksOfAChainEachWithItsOwnPreSkip) {
    OpusFile const one{.cut = 100};
    OpusFile const other{.serial = 2, .pre_skip = 3'840, .pages = 7};
    auto const found = measure(joined(build(one), build(other)));
    EXPECT_EQ(found.audio, opus(length_of(one) + length_of(other)));
    EXPECT_EQ(found.segments, 2);
}

TEST(Ogg, TakesAFileThatFollowsItselfAsAChain) {
    OpusFile const one{.cut = 100};
    EXPECT_EQ(measure(joined(build(one), build(one))).audio, opus(2 * length_of(one)));
}

TEST(Ogg, AddsLinksOfDifferentRatesExactly) {
    Encoded const vorbis{44'101, 44'100, "oggenc -Q -o OUT IN", "a.ogg"};
    ASSERT_TRUE(vorbis.made());
    OpusFile const one{};
    auto const found = measure(joined(build(one), vorbis.data()));
    adapters::media::Sum sum;
    sum.add(length_of(one), 48'000);
    sum.add(44'101, 44'100);
    EXPECT_EQ(found.audio, sum.total());
    EXPECT_EQ(found.segments, 2);
}

TEST(Ogg, CountsOnlyWholePagesOfACutFile) {
    auto data = build({});
    data.resize(data.size() - 1);
    auto const found = measure(data);
    EXPECT_EQ(found.audio, opus(40 * 960 - 312));
    EXPECT_TRUE(found.truncated);
    EXPECT_EQ(found.skipped_bytes, 0U);
}

TEST(Ogg, CutInsideTheHeadOfTheLastPageItPlaysUpToThere) {
    auto data = build({});
    auto const last = build({.pages = 1}).size() - build({.pages = 0}).size();
    data.resize(data.size() - last + 20);
    EXPECT_EQ(measure(data).audio, opus(40 * 960 - 312));
    EXPECT_TRUE(measure(data).truncated);
}

TEST(Ogg, AFileWithoutAnEndIsTruncated) {
    OpusFile const file{.cut = 17, .finished = false};
    auto const found = measure(build(file));
    EXPECT_EQ(found.audio, opus(length_of(file)));
    EXPECT_TRUE(found.truncated);
}

TEST(Ogg, JoinedLateItPlaysFromThereOn) {
    OpusFile const file{.start = 96'000, .cut = 10};
    EXPECT_EQ(measure(build(file)).audio, opus(length_of(file)));
}

Data with_last_granule(std::uint64_t granule, unsigned flags) {
    OggStream stream{1};
    auto data = opus_headers(stream, 312);
    append(data, stream.page(9'600, 0, std::vector<Data>(10, opus_packet())));
    append(data, stream.page(granule, flags, std::vector<Data>(10, opus_packet())));
    return data;
}

TEST(Ogg, PacketsWithoutAPositionAtTheEndAreNotPlayed) {
    auto const found = measure(with_last_granule(no_granule, ends));
    EXPECT_EQ(found.audio, opus(9'600 - 312));
    EXPECT_NE(found.note, "");
}

TEST(Ogg, AGranuleBeyondThePacketsAddsNothing) {
    EXPECT_EQ(measure(with_last_granule(std::uint64_t{1} << 40, ends)).audio, opus(19'200 - 312));
    EXPECT_EQ(measure(with_last_granule(~std::uint64_t{0} >> 1, ends)).audio, opus(19'200 - 312));
}

TEST(Ogg, ALastPageThatEndsBeforeItBeginsPlaysNothing) {
    EXPECT_EQ(measure(with_last_granule(9'000, ends)).audio, opus(9'600 - 312));
}

TEST(Ogg, AWrongGranuleInTheMiddleChangesNothing) {
    OggStream stream{1};
    auto data = opus_headers(stream, 312);
    std::vector<Data> const packets(10, opus_packet());
    append(data, stream.page(9'600, 0, packets));
    append(data, stream.page(std::uint64_t{1} << 40, 0, packets));
    append(data, stream.page(28'000, ends, packets));
    EXPECT_EQ(measure(data).audio, opus(28'000 - 312));
}

TEST(Ogg, PagesThatWereLostAreNotCounted) {
    OggStream stream{1};
    auto data = opus_headers(stream, 312);
    std::vector<Data> const packets(10, opus_packet());
    append(data, stream.page(9'600, 0, packets));
    stream.lose_page();
    append(data, stream.page(28'800, 0, packets));
    append(data, stream.page(38'300, ends, packets));
    EXPECT_EQ(measure(data).audio, opus(28'800 - 100 - 312));
}

TEST(Ogg, AnEmptyLastPageMayCutTheEnd) {
    for (auto const& packets : {std::vector<Data>{}, std::vector<Data>{Data{}}}) {
        for (auto const& [granule, cut] : std::vector<std::pair<std::uint64_t, unsigned>>{
                 {48'000, 0}, {47'900, 100}, {0, 0}, {no_granule, 0}, {90'000, 0}}) {
            OggStream stream{1};
            auto data = opus_headers(stream, 312);
            for (std::uint64_t i = 1; i <= 5; ++i) {
                append(data, stream.page(i * 9'600, 0, std::vector<Data>(10, opus_packet())));
            }
            append(data, stream.page(granule, ends, packets));
            EXPECT_EQ(measure(data).audio, opus(48'000 - 312 - cut)) << granule;
            EXPECT_FALSE(measure(data).truncated);
        }
    }
}

TEST(Ogg, JunkBehindAndBetweenPagesIsPassedOverAndCounted) {
    OggStream stream{1};
    Data junk(1'000, std::byte{'x'});
    append(junk, "OggS");
    append(junk, Data(500, std::byte{0}));
    auto data = opus_headers(stream, 312);
    append(data, stream.page(9'600, 0, std::vector<Data>(10, opus_packet())));
    append(data, junk);
    append(data, stream.page(19'200, ends, std::vector<Data>(10, opus_packet())));
    append(data, Data(70'000, std::byte{0}));
    auto const found = measure(data);
    EXPECT_EQ(found.audio, opus(19'200 - 312));
    EXPECT_EQ(found.skipped_bytes, junk.size() + 70'000);
}

TEST(Ogg, APageWithAWrongChecksumIsNotPlayed) {
    auto data = build({});
    auto const headers = build({.pages = 0}).size();
    data[headers + 60] ^= std::byte{1};
    EXPECT_EQ(measure(data).audio, opus(40 * 960 - 312));
}

TEST(Ogg, JoinsPacketsThatGoOnOnTheNextPage) {
    OggStream stream{1};
    auto data = opus_headers(stream, 312);
    Data const whole = opus_packet();
    Data part(510, std::byte{7});
    part[0] = std::byte{0x7B};  // a number of frames stands in the next byte
    part[1] = std::byte{3};
    append(data, stream.raw_page(no_granule, 0, Data(2, std::byte{255}), part));
    Data rest(50, std::byte{7});
    append(data, stream.raw_page(2'880, continues, Data{std::byte{50}}, rest));
    append(data, stream.page(3'840, ends, {whole}));
    EXPECT_EQ(measure(data).audio, opus(4 * 960 - 312));
}

TEST(Ogg, APacketWhoseBeginningOrEndIsLostIsNotPlayed) {
    OggStream stream{1};
    auto data = opus_headers(stream, 312);
    append(data, stream.page(9'600, 0, std::vector<Data>(10, opus_packet())));
    stream.lose_page();
    Data body(50, std::byte{0x7B});
    append(body, opus_packet());
    append(data, stream.raw_page(11'520, continues, {std::byte{50}, std::byte{40}}, body));
    append(data,
           stream.raw_page(no_granule, ends, Data(1, std::byte{255}), Data(255, std::byte{0x7B})));
    auto const found = measure(data);
    EXPECT_EQ(found.audio, opus(11 * 960 - 312));
    EXPECT_TRUE(found.truncated);
}

Data theora_head(unsigned rate) {
    Data data = to_data(std::string_view{"\x80theora\x03\x02\x01", 10});
    data.resize(42);
    data[25] = static_cast<std::byte>(rate);
    data[29] = std::byte{1};
    data[41] = std::byte{6U << 5U};
    return data;
}

TEST(Ogg, TakesTheFirstSoundAndTheFirstPicturesOfStreamsSideBySide) {
    OggStream table{9};
    OggStream pictures{8};
    OggStream sound{7};
    OggStream more_sound{6};
    auto data = table.page(0, begins, {to_data("fishead")});
    append(data, pictures.page(0, begins, {theora_head(25)}));
    append(data, sound.page(0, begins, {opus_head(312)}));
    append(data, more_sound.page(0, begins, {opus_head(0)}));
    append(data, sound.page(0, 0, {opus_tags()}));
    append(data, more_sound.page(0, 0, {opus_tags()}));
    append(data, pictures.page(3 << 6 | 2, 0, std::vector<Data>(6, Data(9))));
    append(data, sound.page(9'600, ends, std::vector<Data>(10, opus_packet())));
    append(data, more_sound.page(960, ends, {opus_packet()}));
    auto const found = measure(data);
    EXPECT_EQ(found.audio, opus(9'600 - 312));
    EXPECT_EQ(found.segments, 1);
    EXPECT_EQ(found.video_codec, "theora");
    EXPECT_EQ(found.video, (Length{.samples = 5, .rate = 25}));
}

TEST(Ogg, NamesWhyItCannotBeMeasured) {
    EXPECT_EQ(error_of(measure_ogg, {}), "not_audio");
    EXPECT_EQ(error_of(measure_ogg, to_data("<html>no such file</html>")), "not_audio");
    EXPECT_EQ(error_of(measure_ogg, to_data("OggS")), "incomplete");
    EXPECT_EQ(error_of(measure_ogg, OggStream{1}.page(0, begins, {to_data("BBCD")})),
              "unsupported");
    EXPECT_EQ(error_of(measure_ogg, OggStream{1}.page(960, ends, {opus_packet()})), "no_audio");
}

TEST(Ogg, IsKnownByItsFirstBytes) {
    EXPECT_TRUE(adapters::media::looks_like_ogg(build({})));
    EXPECT_FALSE(adapters::media::looks_like_ogg(to_data("OggS")));
}

// What is read of `data` where it is far away, and what was found.
std::pair<Measured, std::uint64_t> measured_far(Data const& data) {
    FarData source{data};
    Reader reader{source};
    auto found = measure_ogg(reader);
    return {found, reader.bytes_read()};
}

TEST(Ogg, FarAwayOnlyPartsOfALongFileAreRead) {
    OpusFile const file{.start = 4'800, .pages = 5'000, .each = 50, .cut = 100};
    auto const [found, bytes] = measured_far(build(file));
    EXPECT_EQ(found.audio, opus(length_of(file)));
    EXPECT_TRUE(found.exact);
    EXPECT_FALSE(found.truncated);
    EXPECT_LT(bytes, 384U << 10);
}

TEST(Ogg, FarAwayItIsReadWhollyWhereItsEndsDoNotTellAll) {
    OpusFile const file{.pages = 500, .each = 50, .cut = 100};
    auto const one = build(file);
    OpusFile const little{.serial = 1, .pages = 3};
    for (auto const& data :
         {joined(one, one), joined(build({.pages = 100, .each = 50}), one),
          joined(build({.pages = 200, .each = 50}), one),
          joined(one, build({.serial = 2, .pages = 500, .each = 50})), joined(one, build(little)),
          joined(build(little), one), joined(one, Data(5'000)),
          Data(one.begin(), one.end() - 1'000), build({.pages = 500, .finished = false})}) {
        auto const [found, bytes] = measured_far(data);
        auto const near = measure(data);
        EXPECT_EQ(found.audio, near.audio);
        EXPECT_EQ(found.segments, near.segments);
        EXPECT_EQ(found.truncated, near.truncated);
        EXPECT_EQ(found.skipped_bytes, near.skipped_bytes);
    }
}

TEST(Ogg, HostileCopiesComeToAnEnd) {
    EXPECT_EQ(lost_copies(measure_ogg, joined(build({}), build({.serial = 2}))), 0);
}

}  // namespace
}  // namespace media_tests
