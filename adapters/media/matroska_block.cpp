// Heads of blocks, and their lacing tables.
#include "adapters/media/matroska_block.h"

#include <algorithm>

#include "adapters/media/ebml.h"

namespace adapters::media {

namespace {

// The lacing table: all sizes but the last are said, the last frame has what is left.
class Laces {
public:
    Laces(Bytes table, MatroskaBlock& block) : table_{table}, block_{block} {}

    // Nullopt: the table is not whole. Else how long it is.
    std::optional<std::size_t> read(unsigned kind, std::uint64_t body) {
        constexpr unsigned xiph = 1;
        constexpr unsigned fixed = 2;
        if (table_.empty()) {
            return std::nullopt;
        }
        block_.count = std::size_t{u8(table_, at_++)} + 1;
        if (kind == fixed) {
            return read_fixed(body);
        }
        std::uint64_t said = 0;
        for (std::size_t i = 0; i + 1 < block_.count; ++i) {
            if (!(kind == xiph ? read_xiph(i) : read_ebml(i)) || block_.sizes[i] > body) {
                return std::nullopt;
            }
            said += block_.sizes[i];
        }
        if (body < at_ || said > body - at_) {
            return std::nullopt;
        }
        block_.sizes[block_.count - 1] = body - at_ - said;
        return at_;
    }

private:
    std::optional<std::size_t> read_fixed(std::uint64_t body) {
        auto const each = (body - at_) / block_.count;
        if (each * block_.count != body - at_) {
            return std::nullopt;
        }
        std::fill_n(block_.sizes.begin(), block_.count, each);
        return at_;
    }

    bool read_xiph(std::size_t i) {
        std::uint64_t size = 0;
        for (bool more = true; more; ++at_) {
            if (at_ >= table_.size()) {
                return false;
            }
            size += u8(table_, at_);
            more = u8(table_, at_) == 255;
        }
        block_.sizes[i] = size;
        return true;
    }

    // The first size as it is, each later one as its difference to the one before.
    bool read_ebml(std::size_t i) {
        auto const number = read_vint(table_.subspan(at_));
        if (number.length == 0) {
            return false;
        }
        at_ += number.length;
        if (i == 0) {
            block_.sizes[0] = number.value;
            return true;
        }
        auto const zero = (std::uint64_t{1} << (7 * number.length - 1)) - 1;
        auto const before = block_.sizes[i - 1];
        if (number.value < zero && zero - number.value > before) {
            return false;
        }
        block_.sizes[i] = before + number.value - zero;  // it may wrap, and back again
        return true;
    }

    Bytes table_;
    MatroskaBlock& block_;
    std::size_t at_ = 0;
};

}  // namespace

bool read_matroska_block(Reader& reader, std::uint64_t begin, std::uint64_t end,
                         MatroskaBlock& block) {
    constexpr std::size_t longest_head = 8 + 3;
    constexpr std::size_t longest_table = std::size_t{64} << 10;
    auto const size = end - begin;
    auto head =
        reader.at(begin, static_cast<std::size_t>(std::min<std::uint64_t>(size, longest_head)));
    auto const track = read_vint(head);
    if (track.length == 0 || head.size() < track.length + 3) {
        return false;
    }
    block.track = track.value;
    block.since_cluster = static_cast<std::int16_t>(big<2>(head, track.length));
    unsigned const lacing = u8(head, track.length + 2) >> 1U & 3U;
    std::size_t const length = track.length + 3;
    block.data = begin + length;
    if (lacing == 0) {
        block.count = 1;
        block.sizes[0] = size - length;
        return true;
    }
    auto const table =
        reader.at(block.data,
                  static_cast<std::size_t>(std::min<std::uint64_t>(size - length, longest_table)));
    auto const table_length = Laces{table, block}.read(lacing, size - length);
    block.data += table_length.value_or(0);
    return table_length.has_value();
}

}  // namespace adapters::media
