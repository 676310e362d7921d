// Content decides, and what is no audio is called by its name.
#include "adapters/media/sniff.h"

#include <gtest/gtest.h>

#include "tests/media/mp4_builder.h"

namespace {

using adapters::MediaError;
using adapters::media::Container;
using adapters::media::Reader;
using adapters::media::Sniffed;
using adapters::media::Unmeasurable;
using namespace std::string_literals;

Sniffed sniffed(std::string_view bytes) {
    Reader reader{boxes::bytes_of(bytes)};
    return adapters::media::sniff(reader);
}

MediaError refused(std::string_view bytes) {
    try {
        sniffed(bytes);
    } catch (Unmeasurable const& error) {
        return error.error;
    }
    return {};
}

// MPEG-2 layer III, 24 kHz, 64 kb/s.
std::string mpeg_frames(int count) {
    std::string frames;
    for (int i = 0; i < count; ++i) {
        frames += "\xFF\xF3\x84\xC4"s + boxes::zeros(188);
    }
    return frames;
}

std::string adts_frames(int count) {
    std::string frames;
    for (int i = 0; i < count; ++i) {
        frames += "\xFF\xF1\x58\x40\x08\x1F\xFC"s + boxes::zeros(57);
    }
    return frames;
}

std::string id3(std::size_t size) {
    return "ID3\x04\0\0\0\0"s + static_cast<char>(size >> 7) + static_cast<char>(size & 0x7F) +
           boxes::zeros(size);
}

std::string wav() {
    return "RIFF\x2C\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1F\0\0\x80\x3E\0\0\x02\0\x10\0"
           "data\x08\0\0\0"s +
           boxes::zeros(8);
}

TEST(Sniff, KnowsEachContainerByItsFirstBytes) {
    EXPECT_EQ(sniffed(wav()).container, Container::wav);
    EXPECT_EQ(sniffed("FORM\0\0\0\x20"
                      "AIFFCOMM"s +
                      boxes::zeros(40))
                  .container,
              Container::aiff);
    EXPECT_EQ(sniffed("fLaC\x80\0\0\x22"s + boxes::zeros(40)).container, Container::flac);
    EXPECT_EQ(sniffed("OggS\0\x02"s + boxes::zeros(40)).container, Container::ogg);
    EXPECT_EQ(sniffed("\x1A\x45\xDF\xA3\x9F"s + boxes::zeros(40)).container, Container::matroska);
    EXPECT_EQ(sniffed("#!AMR\n\x3C"s + boxes::zeros(31)).container, Container::amr);
    EXPECT_EQ(sniffed("#!AMR-WB\n\x04"s + boxes::zeros(31)).container, Container::amr);
    EXPECT_EQ(sniffed(boxes::ftyp()).container, Container::mp4);
    EXPECT_EQ(sniffed(boxes::box("moov", {})).container, Container::mp4);
    EXPECT_EQ(sniffed(mpeg_frames(3)).container, Container::mpeg);
    EXPECT_EQ(sniffed(adts_frames(3)).container, Container::adts);
}

TEST(Sniff, LooksBehindTags) {
    auto const tags = id3(300) + id3(20);
    for (auto const& [data, container] :
         {std::pair{mpeg_frames(3), Container::mpeg}, std::pair{adts_frames(3), Container::adts},
          std::pair{wav(), Container::wav}}) {
        auto const found = sniffed(tags + data);
        EXPECT_EQ(found.container, container);
        EXPECT_EQ(found.begin, tags.size());
    }
}

TEST(Sniff, FindsFramesBehindJunkButNotWithoutBounds) {
    auto const junk = std::string(5'000, '\x81');
    EXPECT_EQ(sniffed(junk + mpeg_frames(5)).container, Container::mpeg);
    EXPECT_EQ(sniffed(junk + mpeg_frames(5)).begin, 5'000U);
    EXPECT_EQ(sniffed(std::string(100, '\xFF') + adts_frames(5)).container, Container::adts);
    EXPECT_EQ(refused(std::string(70'000, '\x81') + mpeg_frames(5)).code, "not_audio");
}

TEST(Sniff, SaysWhatAServerSaidInsteadOfAudio) {
    auto const json = refused(" \r\n{\"error\": {\"message\":\n\"余额不足\"}}");
    EXPECT_EQ(json.code, "not_audio");
    EXPECT_EQ(json.message, "a JSON document: {\"error\": {\"message\": \"余额不足\"}}");
    EXPECT_EQ(refused("<!DOCTYPE html><html>502").message.substr(0, 12), "an HTML page");
    EXPECT_EQ(refused("<?xml version=\"1.0\"?><Error>").message.substr(0, 15), "an XML document");
    EXPECT_EQ(refused("\xEF\xBB\xBF{\"code\": 1}").message, "a JSON document: {\"code\": 1}");
    EXPECT_EQ(refused("Bad Gateway").message, "text: Bad Gateway");
    EXPECT_EQ(refused("#EXTM3U\n").message.substr(0, 10), "a playlist");
}

TEST(Sniff, KeepsMessagesShortAndOnOneLine) {
    auto const page = refused("{\"a\": \"" + std::string(5'000, 'x') + "\"}");
    EXPECT_LT(page.message.size(), 200U);
    auto const odd = refused("{\x01\x1B[31m\xC3(\xFF"s + "end}");
    EXPECT_EQ(odd.message, "a JSON document: { [31m ( end}");
}

TEST(Sniff, CallsOtherKindsOfDataByTheirNames) {
    EXPECT_EQ(refused("%PDF-1.7").message, "a PDF document");
    EXPECT_EQ(refused("PK\x03\x04"s + boxes::zeros(20)).message, "a ZIP archive");
    EXPECT_EQ(refused("\x89PNG\r\n"s + boxes::zeros(20)).message, "a PNG image");
    EXPECT_EQ(refused("\xFF\xD8\xFF\xE0"s + boxes::zeros(900)).message, "a JPEG image");
    EXPECT_EQ(refused("\x1F\x8B\x08"s + boxes::zeros(20)).message, "data compressed with gzip");
    auto const avi = refused("RIFF\0\0\0\0AVI LIST"s);
    EXPECT_EQ(avi.code, "unsupported");
    EXPECT_EQ(avi.message, "an AVI file");
    EXPECT_EQ(refused("wvpk"s + boxes::zeros(30)).code, "unsupported");
}

TEST(Sniff, KnowsATransportStream) {
    std::string stream;
    for (int i = 0; i < 5; ++i) {
        stream += "G"s + boxes::zeros(187);
    }
    EXPECT_EQ(refused(stream).code, "unsupported");
}

TEST(Sniff, SaysThatNothingIsThere) {
    EXPECT_EQ(refused("").code, "empty");
    EXPECT_EQ(refused(" \n\t ").message, "nothing but white space");
    EXPECT_EQ(refused(id3(100)).code, "not_audio");
    EXPECT_EQ(refused(boxes::zeros(100'000)).code, "not_audio");
}

}  // namespace
