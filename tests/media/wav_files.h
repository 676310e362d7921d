// WAV files byte for byte. What a test does not set is lawful: 16 bits, mono, 24 kHz.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/media/byte_files.h"

namespace media_test {

struct Wav {
    std::string magic = "RIFF";
    std::uint32_t tag = 1;
    std::uint32_t channels = 1;
    std::uint32_t rate = 24'000;
    std::uint32_t bits = 16;
    std::optional<std::uint32_t> align;
    std::optional<std::uint32_t> byte_rate;
    std::string format_more;  // behind the 16 bytes of the fmt chunk
    std::string before;       // chunks before the data
    std::string data = noise(2'000);
    std::optional<std::uint32_t> said;  // for the size of the data
    std::optional<std::string> pad;     // behind the data
    std::string after;                  // chunks behind the data

    [[nodiscard]] std::string file() const {
        auto const block = align.value_or(channels * ((bits + 7) / 8));
        auto const format = little(tag, 2) + little(channels, 2) + little(rate, 4) +
                            little(byte_rate.value_or(rate * block), 4) + little(block, 2) +
                            little(bits, 2) + format_more;
        auto const padding = pad.value_or(zeros(data.size() % 2));
        auto const body = "WAVE" + chunk("fmt ", format) + before + "data" +
                          little(said.value_or(static_cast<std::uint32_t>(data.size())), 4) + data +
                          padding + after;
        return magic + little(said == 0xFFFF'FFFF ? 0xFFFF'FFFF : body.size(), 4) + body;
    }

    static std::string chunk(std::string const& name, std::string const& content) {
        return name + little(content.size(), 4) + content + zeros(content.size() % 2);
    }
};

// A list of tags, as writers put it before or behind the data.
inline std::string list_chunk() {
    return Wav::chunk("LIST", "INFO" + Wav::chunk("ISFT", std::string{"Lavf59.27.100\0", 14}));
}

}  // namespace media_test
