// Files of frames for tests: built byte for byte, or made by the encoders that people use.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "adapters/media/found.h"
#include "adapters/media/reader.h"
#include "tests/support/temp_dir.h"

namespace frames {

using adapters::Measured;
using adapters::media::Bytes;
using adapters::media::Reader;
using adapters::media::Unmeasurable;
using Parser = Measured (*)(Reader&);

inline Bytes in(std::string const& data) {
    return std::as_bytes(std::span{data});
}

inline Measured measured(Parser parser, std::string const& data) {
    Reader reader{in(data)};
    return parser(reader);
}

// The code of the error, or what was measured although there should be none.
inline std::string refusal(Parser parser, std::string const& data) {
    try {
        return "measured: " + std::to_string(measured(parser, data).audio.samples);
    } catch (Unmeasurable const& error) {
        return error.error.code;
    }
}

inline std::string number(std::uint64_t value, int bytes, bool little = false) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        int const shift = 8 * (little ? i : bytes - 1 - i);
        text.push_back(static_cast<char>(value >> shift & 0xFF));
    }
    return text;
}

inline std::string zeros(std::size_t count) {
    return std::string(count, '\0');
}

inline std::string times(std::size_t count, std::string const& text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        all += text;
    }
    return all;
}

// A frame with nothing but its header in it: who only counts does not look further.
inline std::string frame(std::uint32_t header, std::size_t length) {
    return number(header, 4) + zeros(length - 4);
}

// MPEG-2, layer III, 24 kHz, mono, 64 kbit/s; and 44.1 kHz, 128 kbit/s, without padding.
inline std::string const mono24 = frame(0xFFF384C4, 192);
inline std::string const stereo44 = frame(0xFFFB9064, 417);

struct Info {
    std::string like = mono24;  // the frame it is written into
    std::size_t at = 13;
    std::string mark = "Xing";
    std::uint32_t flags = 15;
    std::uint32_t frames = 307;
    std::uint32_t bytes = 59'136;
    std::string encoder{};
    std::uint32_t delay = 0;
    std::uint32_t padding = 0;
};

inline std::string info_frame(Info const& info) {
    std::string body = info.mark + number(info.flags, 4);
    body += (info.flags & 1) != 0 ? number(info.frames, 4) : "";
    body += (info.flags & 2) != 0 ? number(info.bytes, 4) : "";
    body += (info.flags & 4) != 0 ? zeros(100) : "";
    body += (info.flags & 8) != 0 ? number(57, 4) : "";
    if (!info.encoder.empty()) {
        body += info.encoder + zeros(21 - info.encoder.size()) +
                number(info.delay << 12 | info.padding, 3);
    }
    return std::string{info.like}.replace(info.at, body.size(), body);
}

inline std::string id3v2(std::string const& body, std::uint8_t flags = 0) {
    std::string size;
    for (int shift = 21; shift >= 0; shift -= 7) {
        size.push_back(static_cast<char>(body.size() >> shift & 0x7F));
    }
    std::string const head = std::string{"\x04\x00", 2} + static_cast<char>(flags) + size;
    return "ID3" + head + body + ((flags & 0x10) != 0 ? "3DI" + head : "");
}

inline std::string id3v1() {
    return "TAG" + std::string(125, 'x');
}

inline std::string ape(std::string const& items, bool header = true) {
    auto const end = [&](std::uint32_t flags) {
        return "APETAGEX" + number(2'000, 4, true) + number(items.size() + 32, 4, true) +
               number(1, 4, true) + number(flags, 4, true) + zeros(8);
    };
    return (header ? end(0xA0000000) : "") + items + end(header ? 0x80000000 : 0);
}

inline std::string noise(std::size_t count, std::uint32_t seed) {
    std::mt19937 random{seed};
    std::string text;
    while (text.size() < count) {
        text.push_back(static_cast<char>(random()));
    }
    return text;
}

// A WAV file of 16 bits with a hum and some noise in it, the same each time.
inline std::string wav(std::uint32_t rate, std::uint32_t channels, std::uint32_t samples) {
    std::uint32_t const bytes = samples * channels * 2;
    std::string file = "RIFF" + number(bytes + 36, 4, true) + "WAVEfmt " + number(16, 4, true) +
                       number(1, 2, true) + number(channels, 2, true) + number(rate, 4, true) +
                       number(rate * channels * 2, 4, true) + number(channels * 2, 2, true) +
                       number(16, 2, true) + "data" + number(bytes, 4, true);
    std::mt19937 random{samples};
    for (std::uint32_t i = 0; i < samples * channels; ++i) {
        file += number(i * 97 % 16'000 + random() % 2'000 + 57'000, 2, true);
    }
    return file;
}

// What the command makes of `input`; it reads the file `in` and writes the file `out`, in a folder
// of their own. A command that fails is a test that fails.
inline std::string made(std::string const& command, std::string const& input) {
    support::TempDir const folder;
    std::ofstream{folder / "in", std::ios::binary} << input;
    auto const line = "cd " + folder.path().string() + " && " + command + " </dev/null";
    EXPECT_EQ(std::system(line.c_str()), 0) << command;
    std::ifstream file{folder / "out", std::ios::binary};
    return {std::istreambuf_iterator<char>{file}, {}};
}

// An answer, or an error that has a name, and in good time.
inline void expect_answer(Parser parser, std::string const& data) {
    static std::set<std::string, std::less<>> const codes{"not_audio", "damaged",     "incomplete",
                                                          "no_audio",  "unsupported", "too_large"};
    auto const begin = std::chrono::steady_clock::now();
    try {
        auto const found = measured(parser, data);
        EXPECT_GT(found.audio.samples, 0U);
        EXPECT_GT(found.audio.rate, 0U);
        EXPECT_LE(found.skipped_bytes, data.size());
    } catch (Unmeasurable const& error) {
        EXPECT_TRUE(codes.contains(error.error.code)) << error.error.code;
        EXPECT_FALSE(error.error.message.empty());
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
}

// Cut at every byte of the first and the last 2 KiB, and with bytes changed.
inline void expect_no_surprise(Parser parser, std::string const& data) {
    constexpr std::size_t edge = 2'048;
    for (std::size_t at = 0; at <= data.size(); ++at) {
        if (at < edge || data.size() - at < edge) {
            expect_answer(parser, data.substr(0, at));
        }
    }
    for (std::uint32_t seed = 0; seed < 500; ++seed) {
        std::mt19937 random{seed};
        auto changed = data;
        for (std::uint32_t i = 0; i < 1 + seed % 40; ++i) {
            // The front is where most of the meaning is.
            auto const reach = seed % 2 == 0 ? changed.size() : std::min(changed.size(), edge);
            changed[random() % reach] = static_cast<char>(random());
        }
        expect_answer(parser, changed);
    }
}

}  // namespace frames
