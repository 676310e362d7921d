// Where a frame ends: RFC 9639, sections 9.2 and 9.3. The samples are passed over, not decoded.
#include <algorithm>
#include <array>
#include <bit>

#include "adapters/media/flac_frame.h"

namespace adapters::media {

namespace {

constexpr std::array<std::uint16_t, 256> crc16_table = [] {
    std::array<std::uint16_t, 256> table{};
    for (unsigned i = 0; i < table.size(); ++i) {
        unsigned value = i << 8U;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 0x8000U) != 0 ? value << 1U ^ 0x18005U : value << 1U;
        }
        table[i] = static_cast<std::uint16_t>(value);
    }
    return table;
}();

constexpr std::size_t piece = 4'096;
constexpr std::uint64_t bit_cost = 4;  // to go through a byte bit by bit; to read one costs 1

// Bits from the most significant on. Where they end, zeros follow and `ok` is false.
class Bits {
public:
    Bits(Reader& reader, std::uint64_t at, std::uint64_t limit)
        : reader_{reader}, at_{at}, limit_{limit} {}

    [[nodiscard]] bool ok() const { return ok_; }

    // At most 32.
    std::uint32_t get(unsigned count) {
        if (count == 0 || !need(count)) {
            return 0;
        }
        auto const value = static_cast<std::uint32_t>(cache_ >> (64 - count));
        drop(count);
        return value;
    }

    void skip(std::uint64_t count) {
        while (count > 32 && ok_) {
            get(32);
            count -= 32;
        }
        get(static_cast<unsigned>(std::min<std::uint64_t>(count, 32)));
    }

    // How many zeros stand before the next one, which is passed too.
    std::uint64_t unary() {
        std::uint64_t zeros = 0;
        while (need(1)) {
            auto const here = static_cast<unsigned>(std::countl_zero(cache_));
            if (here < held_) {
                drop(here + 1);
                return zeros + here;
            }
            zeros += held_;
            drop(held_);
        }
        return zeros;
    }

    // Where the next whole byte begins.
    [[nodiscard]] std::uint64_t aligned() const { return at_ - held_ / 8; }

private:
    bool need(unsigned count) {
        if (held_ >= count) {
            return true;
        }
        fill();
        ok_ = ok_ && held_ >= count;
        return ok_;
    }

    void fill() {
        while (held_ <= 56) {
            if (next_ == there_.size() && !more()) {
                return;
            }
            cache_ |= std::uint64_t{u8(there_, next_++)} << (56 - held_);
            held_ += 8;
            ++at_;
        }
    }

    bool more() {
        auto const want = std::min<std::uint64_t>(piece, limit_ - at_);
        there_ = reader_.at(at_, static_cast<std::size_t>(want));
        next_ = 0;
        return !there_.empty();
    }

    void drop(unsigned count) {
        cache_ = count >= 64 ? 0 : cache_ << count;
        held_ -= count;
    }

    Reader& reader_;
    std::uint64_t at_;  // of the next byte to come into the cache
    std::uint64_t limit_;
    Bytes there_;
    std::size_t next_ = 0;
    std::uint64_t cache_ = 0;
    unsigned held_ = 0;  // bits in the cache
    bool ok_ = true;
};

bool pass_residual(Bits& bits, std::uint32_t block, std::uint32_t order) {
    auto const method = bits.get(2);
    auto const parts_order = bits.get(4);
    auto const part = block >> parts_order;
    if (method > 1 || (block & ((1U << parts_order) - 1)) != 0 || part < order) {
        return false;
    }
    unsigned const width = method == 0 ? 4 : 5;
    std::uint32_t const escape = method == 0 ? 15 : 31;
    for (std::uint32_t i = 0; i < 1U << parts_order && bits.ok(); ++i) {
        auto const count = i == 0 ? part - order : part;
        auto const parameter = bits.get(width);
        if (parameter == escape) {
            bits.skip(std::uint64_t{bits.get(5)} * count);
            continue;
        }
        for (std::uint32_t sample = 0; sample < count && bits.ok(); ++sample) {
            bits.unary();
            bits.get(parameter);
        }
    }
    return bits.ok();
}

bool pass_subframe(Bits& bits, std::uint32_t block, std::uint32_t depth) {
    auto const head = bits.get(8);
    if ((head & 0x80U) != 0) {
        return false;
    }
    std::uint64_t const wasted = (head & 1U) != 0 ? bits.unary() + 1 : 0;
    if (!bits.ok() || wasted >= depth) {
        return false;
    }
    depth -= static_cast<std::uint32_t>(wasted);
    auto const type = head >> 1U & 0x3FU;
    if (type <= 1) {  // one value for all, or each as it is
        bits.skip(type == 0 ? depth : std::uint64_t{depth} * block);
        return bits.ok();
    }
    bool const linear = type >= 32;
    auto const order = linear ? type - 31 : type - 8;
    if ((!linear && (type < 8 || type > 12)) || order > block) {
        return false;
    }
    bits.skip(std::uint64_t{order} * depth);
    if (linear) {
        auto const precision = bits.get(4) + 1;
        if (precision == 16) {
            return false;
        }
        bits.skip(5 + std::uint64_t{order} * precision);
    }
    return bits.ok() && pass_residual(bits, block, order);
}

bool pass_subframes(Bits& bits, FlacFrame const& frame, FlacStream const& stream) {
    auto const depth = frame.bits != 0 ? frame.bits : stream.bits;
    for (std::uint32_t channel = 1; channel <= frame.channels; ++channel) {
        if (!pass_subframe(bits, frame.block, channel == frame.side ? depth + 1 : depth)) {
            return false;
        }
    }
    return true;
}

// Over a frame and the CRC-16 at its end it is zero.
bool crc16_holds(Reader& reader, std::uint64_t at, std::uint64_t end) {
    std::uint16_t crc = 0;
    while (at < end) {
        auto const want = static_cast<std::size_t>(std::min<std::uint64_t>(piece, end - at));
        auto const bytes = reader.at(at, want);
        if (bytes.size() < want) {
            return false;
        }
        for (std::size_t i = 0; i < want; ++i) {
            crc = static_cast<std::uint16_t>(crc << 8U ^ crc16_table[crc >> 8U ^ u8(bytes, i)]);
        }
        at += want;
    }
    return crc == 0;
}

}  // namespace

std::optional<std::uint64_t> flac_frame_end(Reader& reader, std::uint64_t at, std::uint64_t limit,
                                            FlacFrame const& frame, FlacStream const& stream,
                                            std::uint64_t& work) {
    if (at >= limit || limit - at <= frame.header) {
        return std::nullopt;
    }
    auto const read_before = reader.bytes_read();
    auto const coded = at + frame.header;
    Bits bits{reader, coded, coded + std::min(limit - coded, work / bit_cost)};
    bool const well_formed = pass_subframes(bits, frame, stream);
    auto const end = bits.aligned() + 2;
    bool const whole = well_formed && end <= limit && crc16_holds(reader, at, end);
    // Whoever goes on where he was has to read again what was here before.
    auto const cost = (end - coded) * bit_cost + (reader.bytes_read() - read_before) * 2;
    work -= std::min(work, cost);
    return whole ? std::optional{end} : std::nullopt;
}

}  // namespace adapters::media
