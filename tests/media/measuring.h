// What tests of parsers share: bytes in memory and far away, and what becomes of hostile copies.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/media/reader.h"
#include "tests/support/temp_dir.h"

namespace media_tests {

using adapters::Measured;
using adapters::media::Bytes;
using adapters::media::Reader;
using adapters::media::Unmeasurable;
using Data = std::vector<std::byte>;
using Parser = Measured (*)(Reader&);

inline void append(Data& data, std::string_view text) {
    auto const bytes = std::as_bytes(std::span{text});
    data.insert(data.end(), bytes.begin(), bytes.end());
}

inline Data to_data(std::string_view text) {
    Data data;
    append(data, text);
    return data;
}

inline void append(Data& data, Data const& more) {
    data.insert(data.end(), more.begin(), more.end());
}

template <std::size_t count>
void append_little(Data& data, std::uint64_t value) {
    for (std::size_t i = 0; i < count; ++i) {
        data.push_back(static_cast<std::byte>(value >> (8 * i) & 255U));
    }
}

template <std::size_t count>
void append_big(Data& data, std::uint64_t value) {
    for (std::size_t i = count; i > 0; --i) {
        data.push_back(static_cast<std::byte>(value >> (8 * (i - 1)) & 255U));
    }
}

// Data that is somewhere else.
class FarData : public adapters::ByteSource {
public:
    explicit FarData(Bytes data) : data_{data} {}

    [[nodiscard]] std::uint64_t size() const override { return data_.size(); }

    std::expected<std::size_t, adapters::MediaError> read(std::uint64_t offset,
                                                          std::span<std::byte> into) override {
        auto const length = std::min<std::size_t>(into.size(), data_.size() - offset);
        std::memcpy(into.data(), data_.data() + offset, length);
        return length;
    }

private:
    Bytes data_;
};

inline Measured measured(Parser parser, Data const& data) {
    Reader reader{Bytes{data}};
    return parser(reader);
}

// The code of the error, or "none".
inline std::string error_of(Parser parser, Data const& data) {
    try {
        measured(parser, data);
    } catch (Unmeasurable const& error) {
        return error.error.code;
    }
    return "none";
}

// Any answer or named error will do; what must not happen is seen by sanitizers.
inline int survive(Parser parser, Bytes data) {
    try {
        Reader reader{data};
        return parser(reader).audio.rate > 0 ? 1 : 0;
    } catch (Unmeasurable const& error) {
        return error.error.code.empty() ? 0 : 1;
    }
}

// How many of the copies of `data` came to no end: cut at each byte of both ends, and with random
// bytes changed.
inline int lost_copies(Parser parser, Data const& data, int changed = 200) {
    constexpr std::size_t near_ends = 2'048;
    int lost = 0;
    for (std::size_t i = 0; i < std::min(near_ends, data.size()); ++i) {
        Data const begin(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(i));
        Data const end(data.begin(), data.end() - static_cast<std::ptrdiff_t>(i));
        lost += 2 - survive(parser, begin) - survive(parser, end);
    }
    std::mt19937 random{20'260'820};
    for (int i = 0; i < changed; ++i) {
        auto copy = data;
        for (int k = 0; k < 8; ++k) {
            copy[random() % copy.size()] = static_cast<std::byte>(random() & 255U);
        }
        lost += 1 - survive(parser, copy);
    }
    return lost;
}

// A file that a program makes: `command` with IN and OUT replaced by file names. IN is a WAV file
// of so many samples of a tone, one channel.
class Encoded {
public:
    Encoded(std::uint64_t samples, unsigned rate, std::string command, std::string const& name) {
        write_tone(samples, rate);
        replace(command, "IN", in().string());
        replace(command, "OUT", (folder_ / name).string());
        status_ = std::system((command + " >" + (folder_ / "log").string() + " 2>&1").c_str());
        data_ = read(folder_ / name);
    }

    [[nodiscard]] bool made() const { return status_ == 0 && !data_.empty(); }

    [[nodiscard]] Data const& data() const { return data_; }

private:
    static Data read(std::filesystem::path const& path) {
        std::ifstream file{path, std::ios::binary};
        std::string const text{std::istreambuf_iterator<char>{file}, {}};
        return to_data(text);
    }

    [[nodiscard]] std::filesystem::path in() const { return folder_ / "in.wav"; }

    void write_tone(std::uint64_t samples, unsigned rate) const {
        Data wav = to_data("RIFF");
        append_little<4>(wav, 36 + samples * 2);
        append(wav, "WAVEfmt ");
        append_little<4>(wav, 16);
        append_little<2>(wav, 1);
        append_little<2>(wav, 1);
        append_little<4>(wav, rate);
        append_little<4>(wav, std::uint64_t{rate} * 2);
        append_little<2>(wav, 2);
        append_little<2>(wav, 16);
        append(wav, "data");
        append_little<4>(wav, samples * 2);
        for (std::uint64_t i = 0; i < samples; ++i) {
            append_little<2>(wav, (i * 37 % 200) * (i / 4'000 % 5) * 20);
        }
        std::ofstream file{in(), std::ios::binary};
        file.write(reinterpret_cast<char const*>(wav.data()),
                   static_cast<std::streamsize>(wav.size()));
    }

    static void replace(std::string& text, std::string_view what, std::string const& with) {
        auto const at = text.find(what);
        if (at != std::string::npos) {
            text.replace(at, what.size(), with);
        }
    }

    support::TempDir folder_;
    int status_ = -1;
    Data data_;
};

}  // namespace media_tests
