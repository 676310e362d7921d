// Where audio begins and ends between tags.
#include "adapters/media/tags.h"

#include <gtest/gtest.h>

#include "tests/media/frames_builder.h"

namespace adapters::media {

namespace {

using frames::ape;
using frames::id3v1;
using frames::id3v2;

std::string const sound = "here is what is between the tags, and it is long enough to be seen";

std::string between(std::string const& data) {
    Reader reader{frames::in(data)};
    auto const extent = between_tags(reader);
    return data.substr(extent.begin, extent.end - extent.begin);
}

TEST(Tags, AreNotNeeded) {
    EXPECT_EQ(between(sound), sound);
    EXPECT_EQ(between(""), "");
}

TEST(Tags, SeveralOfId3v2MayLead) {
    EXPECT_EQ(between(id3v2("one") + id3v2("") + id3v2(std::string(70'000, 'x')) + sound), sound);
}

TEST(Tags, AnId3v2WithAFooterIsTenBytesLonger) {
    EXPECT_EQ(between(id3v2("one", 0x10) + sound), sound);
}

TEST(Tags, AnApeTagMayLead) {
    EXPECT_EQ(between(ape("items") + id3v2("one") + sound), sound);
}

TEST(Tags, AnId3v2LongerThanTheDataIsIncomplete) {
    std::string const lie = "ID3" + std::string{"\x03\x00\x00\x7F\x7F\x7F\x7F", 7} + sound;
    Reader lying{frames::in(lie)};
    try {
        between_tags(lying);
        FAIL() << "it was believed";
    } catch (Unmeasurable const& error) {
        EXPECT_EQ(error.error.code, "incomplete");
    }
}

TEST(Tags, ASizeWithEightBitsIsNoneOfAnId3v2) {
    auto const data = "ID3" + std::string{"\x03\x00\x00\x00\x00\x00\x80", 7} + sound;
    EXPECT_EQ(between(data), data);
}

TEST(Tags, AnId3v1EndsAFile) {
    EXPECT_EQ(between(sound + id3v1()), sound);
    EXPECT_EQ(between(sound + "TAG+" + std::string(223, 'y') + id3v1()), sound);
}

TEST(Tags, AnApeTagEndsAFileWithOrWithoutItsHeader) {
    EXPECT_EQ(between(sound + ape("items")), sound);
    EXPECT_EQ(between(sound + ape("items", false)), sound);
    EXPECT_EQ(between(sound + ape(std::string(100'000, 'i'))), sound);
}

TEST(Tags, AnApeTagThatLiesAboutItsSizeTakesItsFooterOnly) {
    auto lying = ape("", false);
    lying.replace(12, 4, frames::number(0xFFFFFFFF, 4));
    EXPECT_EQ(between(sound + lying), sound);
}

TEST(Tags, LyricsEndAFile) {
    std::string const words = "LYRICSBEGIN" + std::string(300, 'l');
    EXPECT_EQ(between(sound + words + "LYRICSEND" + id3v1()), sound);
    EXPECT_EQ(between(sound + words + "000311LYRICS200" + id3v1()), sound);
    EXPECT_EQ(between(sound + "00031xLYRICS200"), sound + "00031xLYRICS200");
}

TEST(Tags, AnId3v2WithAFooterMayEndAFile) {
    EXPECT_EQ(between(sound + id3v2("one", 0x10)), sound);
}

TEST(Tags, AllOfThemMayBePiledUp) {
    std::string const words = "LYRICSBEGIN" + std::string(300, 'l') + "000311LYRICS200";
    EXPECT_EQ(between(id3v2("one") + sound + id3v2("two", 0x10) + ape("items") + words + id3v1()),
              sound);
}

TEST(Tags, ATagThatSpansTheWholeFileLeavesNothing) {
    EXPECT_EQ(between(id3v2("one")), "");
    EXPECT_EQ(between(id3v1()), "");
}

TEST(Tags, NoSizeAtTheEndReachesBeforeTheBeginning) {
    EXPECT_EQ(between(id3v2("one") + "999999LYRICS200"), "999999LYRICS200");
}

}  // namespace

}  // namespace adapters::media
