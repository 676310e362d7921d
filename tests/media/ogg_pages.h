// Builds Ogg streams byte by byte.
#pragma once

#include "adapters/media/ogg_page.h"
#include "tests/media/measuring.h"

namespace media_tests {

inline constexpr std::uint64_t no_granule = ~std::uint64_t{0};
inline constexpr unsigned continues = 1;
inline constexpr unsigned begins = 2;
inline constexpr unsigned ends = 4;

// One logical stream; its pages are numbered as they are made.
class OggStream {
public:
    explicit OggStream(std::uint32_t serial) : serial_{serial} {}

    // A page with these whole packets.
    Data page(std::uint64_t granule, unsigned flags, std::vector<Data> const& packets) {
        Data lacing;
        Data body;
        for (auto const& packet : packets) {
            lacing.insert(lacing.end(), packet.size() / 255, std::byte{255});
            lacing.push_back(static_cast<std::byte>(packet.size() % 255));
            append(body, packet);
        }
        return raw_page(granule, flags, lacing, body);
    }

    Data raw_page(std::uint64_t granule, unsigned flags, Data const& lacing, Data const& body) {
        Data data = to_data("OggS");
        data.push_back(std::byte{0});
        data.push_back(static_cast<std::byte>(flags));
        append_little<8>(data, granule);
        append_little<4>(data, serial_);
        append_little<4>(data, sequence_++);
        append_little<4>(data, 0);
        data.push_back(static_cast<std::byte>(lacing.size()));
        append(data, lacing);
        append(data, body);
        auto const sum = adapters::media::ogg_checksum(data);
        for (std::size_t i = 0; i < 4; ++i) {
            data[22 + i] = static_cast<std::byte>(sum >> (8 * i) & 255U);
        }
        return data;
    }

    void lose_page() { ++sequence_; }

private:
    std::uint32_t serial_;
    std::uint32_t sequence_ = 0;
};

inline Data opus_head(unsigned pre_skip) {
    Data data = to_data("OpusHead");
    append_little<1>(data, 1);
    append_little<1>(data, 1);
    append_little<2>(data, pre_skip);
    append_little<4>(data, 24'000);
    append_little<2>(data, 0);
    append_little<1>(data, 0);
    return data;
}

inline Data opus_tags() {
    Data data = to_data("OpusTags");
    append_little<8>(data, 0);
    return data;
}

// A packet of one frame of 20 ms.
inline Data opus_packet() {
    Data data(40, std::byte{7});
    data[0] = std::byte{0x78};  // CELT, full band, 20 ms, one frame
    return data;
}

struct OpusFile {
    std::uint32_t serial = 1;
    unsigned pre_skip = 312;
    std::uint64_t start = 0;  // the granule before the first packet
    int pages = 5;
    int each = 10;          // packets on a page
    std::uint64_t cut = 0;  // samples that the last granule cuts off
    bool finished = true;   // the last page says so
};

inline Data opus_headers(OggStream& stream, unsigned pre_skip) {
    auto data = stream.page(0, begins, {opus_head(pre_skip)});
    append(data, stream.page(0, 0, {opus_tags()}));
    return data;
}

inline Data build(OpusFile const& file) {
    OggStream stream{file.serial};
    auto data = opus_headers(stream, file.pre_skip);
    auto granule = file.start;
    for (int i = 0; i < file.pages; ++i) {
        bool const last = i + 1 == file.pages;
        granule += static_cast<std::uint64_t>(file.each) * 960;
        std::vector<Data> const packets(static_cast<std::size_t>(file.each), opus_packet());
        append(data, stream.page(last ? granule - file.cut : granule,
                                 last && file.finished ? ends : 0, packets));
    }
    return data;
}

inline std::uint64_t length_of(OpusFile const& file) {
    return static_cast<std::uint64_t>(file.pages * file.each) * 960 - file.cut - file.pre_skip;
}

}  // namespace media_tests
