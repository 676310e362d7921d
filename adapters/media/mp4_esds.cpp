// Descriptors in one another, each with a tag and a size of 7 bits a byte; then AAC's bits.
#include "adapters/media/mp4_esds.h"

#include <algorithm>
#include <array>
#include <optional>

namespace adapters::media::mp4 {

namespace {

struct Descriptor {
    std::uint8_t tag;
    Bytes body;
};

std::optional<Descriptor> descriptor(Bytes bytes) {
    if (bytes.size() < 2) {
        return std::nullopt;
    }
    std::size_t size = 0;
    for (std::size_t at = 1; at < std::min<std::size_t>(bytes.size(), 5); ++at) {
        size = size << 7 | (u8(bytes, at) & 0x7FU);
        if ((u8(bytes, at) & 0x80) == 0) {
            auto const rest = bytes.subspan(at + 1);
            return Descriptor{u8(bytes, 0), rest.first(std::min(size, rest.size()))};
        }
    }
    return std::nullopt;
}

// Behind the fields of the outermost descriptor, some of which are optional.
Bytes after_stream_fields(Bytes body) {
    if (body.size() < 3) {
        return {};
    }
    auto const flags = u8(body, 2);
    std::size_t skip = 3 + ((flags & 0x80) != 0 ? 2U : 0U);
    if ((flags & 0x40) != 0) {
        skip += skip < body.size() ? 1U + u8(body, skip) : 1U;
    }
    skip += (flags & 0x20) != 0 ? 2U : 0U;
    return skip <= body.size() ? body.subspan(skip) : Bytes{};
}

std::string_view codec_of(std::uint8_t type) {
    switch (type) {
        case 0x20:
            return "mpeg4";
        case 0x21:
            return "h264";
        case 0x23:
            return "hevc";
        case 0x40:
        case 0x66:
        case 0x67:
        case 0x68:
            return "aac";
        case 0x60:
        case 0x61:
        case 0x62:
        case 0x63:
        case 0x64:
        case 0x65:
            return "mpeg2video";
        case 0x69:
        case 0x6B:
            return "mp3";
        case 0x6A:
            return "mpeg1video";
        case 0x6C:
            return "mjpeg";
        case 0xA5:
            return "ac3";
        case 0xA6:
            return "eac3";
        case 0xA9:
            return "dts";
        case 0xAD:
            return "opus";
        case 0xDD:
            return "vorbis";
        case 0xE1:
            return "qcelp";
        default:
            return {};
    }
}

// Bits from the front; behind the end they are zero, and `short_of` tells.
class Bits {
public:
    explicit Bits(Bytes bytes) : bytes_{bytes} {}

    std::uint32_t take(unsigned count) {
        std::uint32_t value = 0;
        for (; count > 0; --count, ++at_) {
            auto const byte = at_ / 8 < bytes_.size() ? u8(bytes_, at_ / 8) : 0U;
            value = value << 1 | (byte >> (7 - at_ % 8) & 1U);
        }
        return value;
    }

    [[nodiscard]] bool short_of() const { return at_ > bytes_.size() * 8; }

    [[nodiscard]] std::size_t left() const { return short_of() ? 0 : bytes_.size() * 8 - at_; }

private:
    Bytes bytes_;
    std::size_t at_ = 0;
};

std::uint32_t object_type(Bits& bits) {
    auto const type = bits.take(5);
    return type == 31 ? 32 + bits.take(6) : type;
}

std::uint64_t frequency(Bits& bits) {
    static constexpr std::array<std::uint32_t, 13> table{96'000, 88'200, 64'000, 48'000, 44'100,
                                                         32'000, 24'000, 22'050, 16'000, 12'000,
                                                         11'025, 8'000,  7'350};
    auto const index = bits.take(4);
    return index == 15 ? bits.take(24) : index < table.size() ? table[index] : 0;
}

// SBR may be told of behind the rest, for decoders that don't know it.
bool told_of_sbr_behind(Bits& bits, std::uint64_t rate) {
    if (bits.left() < 16 || bits.take(11) != 0x2B7 || object_type(bits) != 5 || bits.take(1) == 0) {
        return false;
    }
    return frequency(bits) == 2 * rate && !bits.short_of();
}

void aac(Bytes configuration, Esds& said) {
    Bits bits{configuration};
    auto type = object_type(bits);
    said.rate = frequency(bits);
    bits.take(4);  // channels
    if (type == 5 || type == 29) {
        said.doubled = frequency(bits) == 2 * said.rate;
        type = object_type(bits);
    }
    if (type == 34 || type == 33 || type == 32) {
        said.codec = type == 34 ? "mp3" : type == 33 ? "mp2" : "mp1";
        said.rate = 0;
        return;
    }
    bool const short_frames = bits.take(1) != 0;
    if (type == 23 || type == 39) {  // low delay
        said.frame_samples = short_frames ? 480 : 512;
    } else {
        said.frame_samples = short_frames ? 960 : 1024;
    }
    if (type == 2 && !said.doubled) {
        if (bits.take(1) != 0) {
            bits.take(14);
        }
        bits.take(1);
        said.doubled = told_of_sbr_behind(bits, said.rate);
    }
    if (bits.short_of()) {
        said.doubled = said.doubled && type != 2;
    }
    if (said.rate == 0 || type == 42) {  // USAC has frames of several lengths
        said.frame_samples = 0;
    }
}

}  // namespace

Esds parse_esds(Bytes body) {
    Esds said;
    auto rest = body;
    if (auto const stream = descriptor(rest); stream && stream->tag == 0x03) {
        rest = after_stream_fields(stream->body);
    }
    auto const config = descriptor(rest);
    if (!config || config->tag != 0x04 || config->body.empty()) {
        return said;
    }
    said.codec = codec_of(u8(config->body, 0));
    if (said.codec == "aac" && config->body.size() > 13) {
        auto const special = descriptor(config->body.subspan(13));
        if (special && special->tag == 0x05 && !special->body.empty()) {
            aac(special->body, said);
        }
    }
    return said;
}

}  // namespace adapters::media::mp4
