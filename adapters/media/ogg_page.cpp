// Walks from page to page by their own sizes; where no page is, the next capture pattern with a
// right checksum is searched for.
#include "adapters/media/ogg_page.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string_view>

#include "adapters/media/found.h"

namespace adapters::media {

namespace {

constexpr std::size_t checksum_at = 22;

constexpr std::size_t bytes_at_once = 16;  // bytes that are summed up at once

// table[0][b] is the remainder of byte b, table[k][b] that of b with k zero bytes behind it.
constexpr auto tables = [] {
    std::array<std::array<std::uint32_t, 256>, bytes_at_once> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        auto crc = byte << 24U;
        for (int bit = 0; bit < 8; ++bit) {
            crc = (crc << 1U) ^ ((crc >> 31U) != 0 ? 0x04'C1'1D'B7U : 0U);
        }
        table[0][byte] = crc;
    }
    for (std::size_t zeros = 1; zeros < bytes_at_once; ++zeros) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            auto const before = table[zeros - 1][byte];
            table[zeros][byte] = (before << 8U) ^ table[0][before >> 24U];
        }
    }
    return table;
}();

// The remainder of four bytes with `zeros` bytes behind them.
inline std::uint32_t fold(std::uint32_t four, std::size_t zeros) {
    return tables[zeros + 3][four >> 24U] ^ tables[zeros + 2][four >> 16U & 255U] ^
           tables[zeros + 1][four >> 8U & 255U] ^ tables[zeros][four & 255U];
}

inline std::uint32_t load(std::byte const* at) {
    std::uint32_t four = 0;
    std::memcpy(&four, at, sizeof four);
    return std::endian::native == std::endian::little ? std::byteswap(four) : four;
}

std::uint32_t sum_up(std::uint32_t crc, Bytes bytes) {
    std::size_t at = 0;
    for (; at + bytes_at_once <= bytes.size(); at += bytes_at_once) {
        auto const* here = bytes.data() + at;
        crc = fold(load(here) ^ crc, 12) ^ fold(load(here + 4), 8) ^ fold(load(here + 8), 4) ^
              fold(load(here + 12), 0);
    }
    for (; at < bytes.size(); ++at) {
        crc = (crc << 8U) ^ tables[0][(crc >> 24U) ^ u8(bytes, at)];
    }
    return crc;
}

}  // namespace

std::uint32_t ogg_checksum(Bytes page) {
    constexpr std::array<std::byte, 4> zeros{};
    auto const before = sum_up(0, page.first(checksum_at));
    return sum_up(sum_up(before, zeros), page.subspan(checksum_at + zeros.size()));
}

// Overlapping things that look like pages could make this slow; no honest file has many of them.
void OggPages::account(std::size_t bytes) {
    in_vain_ += bytes;
    constexpr std::uint64_t some = std::uint64_t{64} << 20;
    if (in_vain_ > some && in_vain_ - some > reader_->size()) {
        fail("damaged", "too many of its Ogg pages have a wrong checksum");
    }
}

OggPages::Found OggPages::look(std::uint64_t offset, OggPage& page) {
    auto const head = reader_->at(offset, OggPage::head_size);
    if (!matches(head, 0, std::string_view{"OggS\0", 5})) {
        auto const begun = std::min<std::size_t>(head.size(), 4);
        return begun > 0 && head.size() < 5 && matches(head, 0, std::string_view{"OggS", begun})
                   ? Found::cut
                   : Found::none;
    }
    if (head.size() < OggPage::head_size) {
        return Found::cut;
    }
    std::size_t const laces = u8(head, 26);
    auto const with_lacing = reader_->at(offset, OggPage::head_size + laces);
    if (with_lacing.size() < OggPage::head_size + laces) {
        return Found::cut;
    }
    std::size_t length = with_lacing.size();
    for (std::size_t i = 0; i < laces; ++i) {
        length += u8(with_lacing, OggPage::head_size + i);
    }
    auto const whole = reader_->at(offset, length);
    if (whole.size() < length) {
        return Found::cut;
    }
    if (ogg_checksum(whole) != little<4>(whole, checksum_at)) {
        account(length);
        return Found::none;
    }
    unsigned const flags = u8(whole, 5);
    page = {.offset = offset,
            .granule = static_cast<std::int64_t>(little<8>(whole, 6)),
            .serial = static_cast<std::uint32_t>(little<4>(whole, 14)),
            .sequence = static_cast<std::uint32_t>(little<4>(whole, 18)),
            .continued = (flags & 1U) != 0,
            .first = (flags & 2U) != 0,
            .last = (flags & 4U) != 0,
            .lacing = whole.subspan(OggPage::head_size, laces),
            .body = whole.subspan(OggPage::head_size + laces)};
    return Found::page;
}

std::optional<OggPage> OggPages::next() {
    OggPage page;
    while (at_ < reader_->size()) {
        auto const found = look(at_, page);
        if (found == Found::page) {
            at_ = page.end();
            skipped_ += cut_ ? after_cut_ : 0;
            cut_ = false;
            return page;
        }
        if (found == Found::cut && !cut_) {
            cut_ = true;
            after_cut_ = 0;
        }
        pass(1);
        if (!search()) {
            break;
        }
    }
    return std::nullopt;
}

// What comes behind the beginning of a page that is not whole may be the rest of it.
void OggPages::pass(std::uint64_t bytes) {
    at_ += bytes;
    (cut_ ? after_cut_ : skipped_) += bytes;
}

// Goes on to the next "OggS"; false: there is none.
bool OggPages::search() {
    constexpr std::string_view pattern = "OggS";
    while (at_ < reader_->size()) {
        auto const here = reader_->rest_of_window(at_, pattern.size());
        std::string_view const text{reinterpret_cast<char const*>(here.data()), here.size()};
        auto const found = text.find(pattern);
        if (found != std::string_view::npos) {
            pass(found);
            return true;
        }
        // The beginning of the pattern may stand at the end of this window.
        pass(text.size() < pattern.size() ? text.size() : text.size() - (pattern.size() - 1));
        if (text.empty()) {
            break;
        }
    }
    return false;
}

}  // namespace adapters::media
