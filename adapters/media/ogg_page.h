// The pages of an Ogg file (RFC 3533), one after the other: whole ones with a right checksum, as a
// decoder takes them.
#pragma once

#include <cstdint>
#include <optional>

#include "adapters/media/reader.h"

namespace adapters::media {

struct OggPage {
    std::uint64_t offset = 0;
    std::int64_t granule = -1;  // -1: no packet ends here
    std::uint32_t serial = 0;
    std::uint32_t sequence = 0;
    bool continued = false;  // it begins inside a packet
    bool first = false;      // of its stream
    bool last = false;       // of its stream
    Bytes lacing;            // valid, as is `body`, until the reader is used again
    Bytes body;

    [[nodiscard]] std::uint64_t end() const {
        return offset + head_size + lacing.size() + body.size();
    }

    static constexpr std::size_t head_size = 27;
    static constexpr std::size_t longest = head_size + 255 + 255 * 255;
};

class OggPages {
public:
    explicit OggPages(Reader& reader, std::uint64_t offset = 0) : reader_{reader}, at_{offset} {}

    // Nullopt: there is none any more. Bytes between pages are passed over.
    std::optional<OggPage> next();

    // Where the next page is looked for.
    [[nodiscard]] std::uint64_t at() const { return at_; }

    // Bytes that belong to no page.
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

    // The data ends inside a page.
    [[nodiscard]] bool cut() const { return cut_; }

private:
    enum class Found : std::uint8_t { page, none, cut };

    Found look(std::uint64_t offset, OggPage& page);
    bool search();
    void pass(std::uint64_t bytes);
    void account(std::size_t bytes);

    Reader& reader_;
    std::uint64_t at_;
    std::uint64_t skipped_ = 0;
    std::uint64_t after_cut_ = 0;
    std::uint64_t in_vain_ = 0;  // bytes summed up for what was no page
    bool cut_ = false;
};

// The checksum of a page whose own four bytes for it count as zero.
std::uint32_t ogg_checksum(Bytes page);

}  // namespace adapters::media
