// Matroska and WebM: blocks, lacing, sizes that are not known, gaps, cuts.
#include "adapters/media/matroska.h"

#include <gtest/gtest.h>

#include "tests/media/ogg_pages.h"

namespace media_tests {
namespace {

using adapters::Basis;
using adapters::Length;
using adapters::media::measure_matroska;

Measured measure(Data const& data) {
    return measured(measure_matroska, data);
}

Length opus(std::uint64_t samples) {
    return {.samples = samples, .rate = 48'000};
}

Data head_of(std::uint32_t id, std::uint64_t size_field) {
    Data data;
    for (int shift = 24; shift >= 0; shift -= 8) {
        if (id >> shift != 0) {
            data.push_back(static_cast<std::byte>(id >> shift & 255U));
        }
    }
    append_big<8>(data, size_field | std::uint64_t{1} << 56);
    return data;
}

Data element(std::uint32_t id, Data const& body) {
    auto data = head_of(id, body.size());
    append(data, body);
    return data;
}

Data endless(std::uint32_t id, Data const& body) {
    auto data = head_of(id, (std::uint64_t{1} << 56) - 1);
    append(data, body);
    return data;
}

Data number(std::uint32_t id, std::uint64_t value) {
    Data body;
    append_big<8>(body, value);
    return element(id, body);
}

Data together(std::vector<Data> const& parts) {
    Data data;
    for (auto const& part : parts) {
        append(data, part);
    }
    return data;
}

Data header() {
    return element(0x1A45DFA3, element(0x4282, to_data("webm")));
}

Data track(unsigned index, unsigned kind, std::string_view codec, std::vector<Data> const& more) {
    auto body = together({number(0xD7, index), number(0x83, kind), element(0x86, to_data(codec))});
    append(body, together(more));
    return element(0xAE, body);
}

Data opus_track(unsigned index = 1) {
    return track(index, 2, "A_OPUS", {element(0x63A2, opus_head(312))});
}

Data tracks(std::vector<Data> const& entries) {
    return element(0x1654AE6B, together(entries));
}

Data block_body(int since, unsigned flags, Data const& frames, unsigned index = 1) {
    Data body{static_cast<std::byte>(0x80 | index)};
    append_big<2>(body, static_cast<std::uint64_t>(since) & 0xFF'FF);
    body.push_back(static_cast<std::byte>(flags));
    append(body, frames);
    return body;
}

Data block(int since, Data const& frame = opus_packet(), unsigned index = 1) {
    return element(0xA3, block_body(since, 0x80, frame, index));
}

// Opus packets of 20 ms, one a block.
Data cluster_body(std::uint64_t at, int blocks) {
    auto body = number(0xE7, at);
    for (int i = 0; i < blocks; ++i) {
        append(body, block(i * 20));
    }
    return body;
}

constexpr std::uint32_t segment_id = 0x18538067;
constexpr std::uint32_t cluster_id = 0x1F43B675;

Data file(std::vector<Data> const& clusters, Data const& entries = opus_track()) {
    auto body = tracks({entries});
    append(body, together(clusters));
    auto data = header();
    append(data, element(segment_id, body));
    return data;
}

Data plain(int blocks = 10) {
    return file({element(cluster_id, cluster_body(0, blocks))});
}

TEST(Matroska, CountsOpusPacketsLessThePreSkip) {
    auto const found = measure(plain());
    EXPECT_EQ(found.audio, opus(9'600 - 312));
    EXPECT_EQ(found.container, "webm");
    EXPECT_EQ(found.codec, "opus");
    EXPECT_EQ(found.basis, Basis::trimmed);
    EXPECT_TRUE(found.exact);
    EXPECT_FALSE(found.truncated);
}

TEST(Matroska, LiveRecordingsKnowNoSizesAndNoDuration) {
    auto body = tracks({opus_track()});
    append(body, endless(cluster_id, cluster_body(0, 10)));
    append(body, endless(cluster_id, cluster_body(200, 10)));
    auto data = header();
    append(data, endless(segment_id, body));
    EXPECT_EQ(measure(data).audio, opus(19'200 - 312));
    EXPECT_FALSE(measure(data).truncated);
    EXPECT_TRUE(measure(data).exact);
}

TEST(Matroska, AddsFilesThatFollowEachOther) {
    for (bool const known : {true, false}) {
        auto body = tracks({opus_track()});
        append(body, element(cluster_id, cluster_body(0, 10)));
        auto data = header();
        append(data, known ? element(segment_id, body) : endless(segment_id, body));
        append(data, plain(5));
        EXPECT_EQ(measure(data).audio, opus(9'600 + 4'800 - 2 * 312));
        EXPECT_EQ(measure(data).segments, 2);
    }
}

TEST(Matroska, DiscardPaddingIsNotPlayed) {
    auto const group = element(0xA0, together({element(0xA1, block_body(20, 0, opus_packet())),
                                               number(0x75A2, 13'500'000)}));
    auto const data = file({element(cluster_id, together({number(0xE7, 0), block(0), group}))});
    EXPECT_EQ(measure(data).audio, opus(1'920 - 648 - 312));
}

TEST(Matroska, WithoutAHeaderOfOpusTheDelayOfTheTrackIsNotPlayed) {
    auto const data = file({element(cluster_id, cluster_body(0, 10))},
                           track(1, 2, "A_OPUS", {number(0x56AA, 6'500'000)}));
    EXPECT_EQ(measure(data).audio, opus(9'600 - 312));
}

Data laced(unsigned kind, Data const& table, std::size_t frames) {
    Data body{static_cast<std::byte>(frames - 1)};
    append(body, table);
    for (std::size_t i = 0; i < frames; ++i) {
        append(body, opus_packet());
    }
    return element(0xA3, block_body(0, kind << 1U, body));
}

TEST(Matroska, CountsEachFrameOfALacedBlock) {
    Data const xiph(2, std::byte{40});
    Data const ebml{std::byte{0x80 | 40}, std::byte{0x80 | 63}};
    for (auto const& one : {laced(1, xiph, 3), laced(2, {}, 3), laced(3, ebml, 3)}) {
        auto const data = file({element(cluster_id, together({number(0xE7, 0), one}))});
        EXPECT_EQ(measure(data).audio, opus(3 * 960 - 312));
    }
}

TEST(Matroska, FramesOfDifferentSizesAreFoundByTheirLaces) {
    Data longer = opus_packet();
    longer.resize(300);
    longer[0] = std::byte{0x79};  // two frames
    Data xiph{std::byte{2}, std::byte{40}, std::byte{255}, std::byte{45}};
    Data ebml{std::byte{2}, std::byte{0x80 | 40}, std::byte{0x60}, std::byte{0x03}};
    ebml[2] = static_cast<std::byte>(0x40U | (8'191U + 260U) >> 8U);
    ebml[3] = static_cast<std::byte>((8'191U + 260U) & 255U);
    for (auto& [table, kind] : std::vector<std::pair<Data, unsigned>>{{xiph, 1}, {ebml, 3}}) {
        auto const body = together({table, opus_packet(), longer, opus_packet()});
        auto const one = element(0xA3, block_body(0, kind << 1U, body));
        auto const data = file({element(cluster_id, together({number(0xE7, 0), one}))});
        EXPECT_EQ(measure(data).audio, opus(4 * 960 - 312)) << kind;
    }
}

TEST(Matroska, ABlockThatContradictsItselfIsNotPlayed) {
    Data const said{std::byte{250}, std::byte{250}};
    auto const data =
        file({element(cluster_id, together({number(0xE7, 0), block(0), laced(1, said, 3)}))});
    EXPECT_EQ(measure(data).audio, opus(960 - 312));
}

TEST(Matroska, GapsInTheTimestampsPlayAsSilence) {
    auto const data = file(
        {element(cluster_id, cluster_body(0, 10)), element(cluster_id, cluster_body(5'000, 10))});
    auto const found = measure(data);
    EXPECT_EQ(found.audio, opus(5'200 * 48 - 312));
    EXPECT_FALSE(found.exact);
    EXPECT_NE(found.note, "");
}

TEST(Matroska, TimestampsThatTrembleAreNoGaps) {
    auto body = number(0xE7, 0);
    for (int i = 0; i < 50; ++i) {
        append(body, block(i * 20 + i * 7 % 11));
    }
    auto const found = measure(file({element(cluster_id, body)}));
    EXPECT_EQ(found.audio, opus(50 * 960 - 312));
    EXPECT_TRUE(found.exact);
}

TEST(Matroska, CutInABlockItPlaysTheWholeOnes) {
    auto data = plain();
    data.resize(data.size() - 1);
    EXPECT_EQ(measure(data).audio, opus(9 * 960 - 312));
    EXPECT_TRUE(measure(data).truncated);
}

TEST(Matroska, UnknownElementsArePassedOver) {
    auto const body = together({element(0xEC, Data(100)), element(0x5BB5, Data(3)),
                                cluster_body(0, 4), element(0xBF, Data(4))});
    auto const data = file({element(0x1254C367, Data(50)), element(cluster_id, body)});
    EXPECT_EQ(measure(data).audio, opus(4 * 960 - 312));
    EXPECT_EQ(measure(data).skipped_bytes, 0U);
}

TEST(Matroska, GoesOnBehindDamageAtTheNextCluster) {
    Data const damage(77, std::byte{0});
    auto const data = file({element(cluster_id, cluster_body(0, 4)), damage,
                            element(cluster_id, cluster_body(80, 4))});
    EXPECT_EQ(measure(data).audio, opus(8 * 960 - 312));
    EXPECT_EQ(measure(data).skipped_bytes, damage.size());
}

TEST(Matroska, JunkBehindTheEndIsPassedOverAndCounted) {
    auto data = plain();
    append(data, Data(5'000, std::byte{0}));
    EXPECT_EQ(measure(data).audio, opus(9'600 - 312));
    EXPECT_EQ(measure(data).skipped_bytes, 5'000U);
    EXPECT_FALSE(measure(data).truncated);
}

TEST(Matroska, TakesTheFirstAudioTrackAndTheFirstVideoTrack) {
    auto const video = track(3, 1, "V_VP9", {number(0x23E383, 40'000'000)});
    auto const entries = together({video, opus_track(5), opus_track(6)});
    auto body = number(0xE7, 0);
    for (int i = 0; i < 5; ++i) {
        append(body, block(i * 40, Data(9), 3));
        append(body, block(i * 20, opus_packet(), 5));
        append(body, block(i * 60, opus_packet(), 6));
    }
    auto const found = measure(file({element(cluster_id, body)}, entries));
    EXPECT_EQ(found.audio, opus(5 * 960 - 312));
    EXPECT_EQ(found.video_codec, "vp9");
    EXPECT_EQ(found.video, (Length{.samples = 200'000'000, .rate = 1'000'000'000}));
}

TEST(Matroska, PicturesAloneHaveNoSound) {
    auto const video = track(1, 1, "V_VP8", {});
    auto const found = measure(file({element(cluster_id, cluster_body(0, 10))}, video));
    EXPECT_EQ(found.codec, "");
    EXPECT_EQ(found.video.samples, 200'000'000U);
}

TEST(Matroska, PutsBackWhatWasStrippedFromFrames) {
    auto const settings = together({number(0x4254, 3), element(0x4255, Data{std::byte{0x79}})});
    auto const encodings = element(0x6D80, element(0x6240, element(0x5034, settings)));
    auto const entry = track(1, 2, "A_OPUS", {element(0x63A2, opus_head(312)), encodings});
    auto const data = file({element(cluster_id, cluster_body(0, 10))}, entry);
    EXPECT_EQ(measure(data).audio, opus(2 * 9'600 - 312));
}

TEST(Matroska, FramesThatAreCompressedOrEncryptedAreMeasuredByTheirTimestamps) {
    auto const encodings = element(0x6D80, element(0x6240, element(0x5035, {})));
    auto const entry = track(
        1, 2, "A_OPUS", {element(0x63A2, opus_head(312)), encodings, number(0x23E383, 20'000'000)});
    auto const found = measure(file({element(cluster_id, cluster_body(0, 10))}, entry));
    EXPECT_EQ(found.audio, (Length{.samples = 1'600 - 52, .rate = 8'000}));
    EXPECT_FALSE(found.exact);
}

TEST(Matroska, SamplesThatAreNotCodedAreCountedByTheirBytes) {
    auto const one_hertz = element(0xB5, to_data({"?\x80\0\0", 4}));
    auto const depth = number(0x6264, 16);
    auto const data = [&](std::vector<Data> const& more) {
        auto const entry = track(1, 2, "A_PCM/INT/LIT", more);
        return file({element(cluster_id, cluster_body(0, 10))}, entry);
    };
    auto const found = measure(data({element(0xE1, together({one_hertz, depth}))}));
    EXPECT_EQ(found.audio, (Length{.samples = 200, .rate = 1}));
    EXPECT_EQ(found.codec, "pcm_s16le");
    EXPECT_EQ(error_of(measure_matroska, data({element(0xE1, one_hertz)})), "damaged");
}

TEST(Matroska, CodecsThatDoNotTellAreMeasuredByTheirTimestamps) {
    auto const entry = track(1, 2, "A_QUICKTIME", {number(0x23E383, 20'000'000)});
    auto const found = measure(file({element(cluster_id, cluster_body(0, 10))}, entry));
    EXPECT_EQ(found.audio, (Length{.samples = 1'600, .rate = 8'000}));
    EXPECT_FALSE(found.exact);
    EXPECT_EQ(found.basis, Basis::frames);
}

TEST(Matroska, NamesWhyItCannotBeMeasured) {
    EXPECT_EQ(error_of(measure_matroska, to_data("{\"error\":1}")), "not_audio");
    EXPECT_EQ(error_of(measure_matroska, header()), "no_audio");
    EXPECT_EQ(error_of(measure_matroska, file({})), "incomplete");
    auto const vorbis = track(1, 2, "A_VORBIS", {});
    EXPECT_EQ(error_of(measure_matroska, file({element(cluster_id, cluster_body(0, 2))}, vorbis)),
              "damaged");
    auto odd = element(0x1A45DFA3, number(0x42F2, 8));
    EXPECT_EQ(error_of(measure_matroska, odd), "unsupported");
}

TEST(Matroska, HostileCopiesComeToAnEnd) {
    EXPECT_EQ(lost_copies(measure_matroska, plain(60)), 0);
    auto const entries = together({track(3, 1, "V_VP9", {}), opus_track(1)});
    EXPECT_EQ(
        lost_copies(measure_matroska, file({element(cluster_id, cluster_body(0, 9))}, entries)), 0);
}

struct Encoding {
    std::string options;
    std::string name;
    std::uint64_t samples;  // of 175,200 at 24 kHz; what ffmpeg decodes
    std::uint64_t rate = 24'000;
};

TEST(Matroska, FilesOfFfmpegHaveTheSamplesThatADecoderPlays) {
    for (auto const& [options, name, samples, rate] :
         std::vector<Encoding>{{"-c:a libopus", "a.webm", 350'400, 48'000},
                               {"-c:a libopus -live 1 -f webm", "b.webm", 350'400, 48'000},
                               {"-c:a libopus -frame_duration 60", "a.mka", 350'400, 48'000},
                               {"-c:a flac", "a.mka", 175'200},
                               {"-c:a pcm_s24le", "a.mka", 175'200},
                               {"-c:a pcm_f32le", "a.mka", 175'200},
                               {"-c:a alac", "a.mka", 175'200},
                               {"-c:a aac", "a.mka", 173U * 1'024},
                               {"-c:a mp2", "a.mka", 153U * 1'152},
                               {"-ar 48000 -c:a ac3", "a.mka", 229U * 1'536, 48'000},
                               {"-ar 48000 -c:a eac3", "a.mka", 229U * 1'536, 48'000}}) {
        auto command = "ffmpeg -v error -y -i IN ";
        Encoded const file{175'200, 24'000, command + options + " OUT", name};
        ASSERT_TRUE(file.made()) << options;
        auto const found = measure(file.data());
        EXPECT_EQ(found.audio, (Length{.samples = samples, .rate = rate})) << options;
        EXPECT_TRUE(found.exact) << options;
    }
}

// How much a decoder gets out of the packets depends on the version of the encoder.
TEST(Matroska, VorbisAndMp3AreCountedByTheirPackets) {
    for (std::string const codec : {"libvorbis", "libmp3lame"}) {
        auto const command = "ffmpeg -v error -y -i IN -c:a " + codec + " OUT";
        Encoded const file{175'200, 24'000, command, "a.mka"};
        ASSERT_TRUE(file.made());
        auto const found = measure(file.data());
        EXPECT_TRUE(found.exact);
        EXPECT_GE(found.audio.samples, 175'200U) << codec;
        EXPECT_LE(found.audio.samples, 175'200U + 2 * 1'152) << codec;
    }
}

}  // namespace
}  // namespace media_tests
