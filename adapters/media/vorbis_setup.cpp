// The setup header of Vorbis (Vorbis I specification, section 4.2.4), read only to find its end:
// the modes, which tell short blocks from long ones.
#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "adapters/media/vorbis.h"

namespace adapters::media {

namespace {

// Vorbis packs its numbers from the lowest bit on. Reading past the end gives zeros and is noted.
class SetupBits {
public:
    explicit SetupBits(Bytes bytes) : bytes_{bytes}, end_{std::uint64_t{bytes.size()} * 8} {}

    std::uint32_t take(unsigned count) {  // at most 32
        if (count > end_ - at_) {
            lost_ = true;
            at_ = end_;
            return 0;
        }
        std::uint64_t value = 0;
        auto const first = static_cast<std::size_t>(at_ / 8);
        auto const last = std::min(first + 5, bytes_.size());
        for (auto i = last; i > first; --i) {
            value = value << 8 | u8(bytes_, i - 1);
        }
        value >>= at_ % 8;
        at_ += count;
        return static_cast<std::uint32_t>(value & ((std::uint64_t{1} << count) - 1));
    }

    bool flag() { return take(1) != 0; }

    void skip(std::uint64_t count) {
        lost_ = lost_ || count > end_ - at_;
        at_ = lost_ ? end_ : at_ + count;
    }

    [[nodiscard]] bool lost() const { return lost_; }

private:
    Bytes bytes_;
    std::uint64_t at_ = 0;
    std::uint64_t end_;
    bool lost_ = false;
};

unsigned width_of(std::uint32_t value) {
    return static_cast<unsigned>(std::bit_width(value));
}

// The largest whole number whose power `dimensions` is at most `entries`.
std::uint64_t lookup_values(std::uint64_t entries, std::uint64_t dimensions) {
    auto const fits = [&](std::uint64_t base) {
        std::uint64_t power = 1;
        for (std::uint64_t i = 0; i < dimensions && power <= entries; ++i) {
            power *= base;  // both are below 2^24 here
            if (base < 2) {
                break;
            }
        }
        return power <= entries;
    };
    std::uint64_t low = 0;
    std::uint64_t high = entries + 1;
    while (high - low > 1) {
        auto const middle = (low + high) / 2;
        (fits(middle) ? low : high) = middle;
    }
    return low;
}

bool skip_lengths(SetupBits& bits, std::uint32_t entries) {
    if (bits.flag()) {  // ordered: how many entries have each length
        bits.skip(5);
        for (std::uint32_t done = 0; done < entries;) {
            auto const more = bits.take(width_of(entries - done));
            if (bits.lost() || more > entries - done) {
                return false;
            }
            done += more;
        }
        return true;
    }
    if (!bits.flag()) {
        bits.skip(std::uint64_t{5} * entries);
        return !bits.lost();
    }
    for (std::uint32_t i = 0; i < entries && !bits.lost(); ++i) {
        if (bits.flag()) {
            bits.skip(5);
        }
    }
    return !bits.lost();
}

bool skip_codebook(SetupBits& bits) {
    if (bits.take(24) != 0x56'43'42) {
        return false;
    }
    auto const dimensions = bits.take(16);
    auto const entries = bits.take(24);
    if (!skip_lengths(bits, entries)) {
        return false;
    }
    auto const lookup = bits.take(4);
    if (lookup == 0) {
        return !bits.lost();
    }
    if (lookup > 2 || dimensions == 0) {
        return false;
    }
    bits.skip(64);
    auto const value_bits = bits.take(4) + 1;
    bits.skip(1);
    auto const values =
        lookup == 1 ? lookup_values(entries, dimensions) : std::uint64_t{entries} * dimensions;
    bits.skip(values * value_bits);
    return !bits.lost();
}

bool skip_floor_1(SetupBits& bits) {
    auto const partitions = bits.take(5);
    std::array<std::uint32_t, 32> class_of{};
    std::uint32_t classes = 0;
    for (std::uint32_t i = 0; i < partitions; ++i) {
        class_of[i] = bits.take(4);
        classes = std::max(classes, class_of[i] + 1);
    }
    std::array<std::uint32_t, 16> dimensions{};
    for (std::uint32_t i = 0; i < classes; ++i) {
        dimensions[i] = bits.take(3) + 1;
        auto const subclasses = bits.take(2);
        bits.skip((subclasses > 0 ? 8U : 0U) + (std::uint64_t{8} << subclasses));
    }
    bits.skip(2);
    auto const range = bits.take(4);
    for (std::uint32_t i = 0; i < partitions; ++i) {
        bits.skip(std::uint64_t{range} * dimensions[class_of[i]]);
    }
    return !bits.lost();
}

bool skip_floor(SetupBits& bits) {
    auto const type = bits.take(16);
    if (type == 0) {
        bits.skip(8 + 16 + 16 + 6 + 8);
        bits.skip(std::uint64_t{8} * (bits.take(4) + 1));
        return !bits.lost();
    }
    return type == 1 && skip_floor_1(bits);
}

bool skip_residue(SetupBits& bits) {
    if (bits.take(16) > 2) {
        return false;
    }
    bits.skip(24 + 24 + 24);
    auto const classes = bits.take(6) + 1;
    bits.skip(8);
    std::uint64_t books = 0;
    for (std::uint32_t i = 0; i < classes; ++i) {
        auto const low = bits.take(3);
        auto const high = bits.flag() ? bits.take(5) : 0;
        books +=
            static_cast<unsigned>(std::popcount(low)) + static_cast<unsigned>(std::popcount(high));
    }
    bits.skip(books * 8);
    return !bits.lost();
}

bool skip_mapping(SetupBits& bits, unsigned channels) {
    if (bits.take(16) != 0) {
        return false;
    }
    auto const submaps = bits.flag() ? bits.take(4) + 1 : 1;
    if (bits.flag()) {
        auto const steps = bits.take(8) + 1;
        bits.skip(std::uint64_t{steps} * 2 * width_of(channels - 1));
    }
    if (bits.take(2) != 0) {
        return false;
    }
    bits.skip(submaps > 1 ? std::uint64_t{4} * channels : 0);
    bits.skip(std::uint64_t{24} * submaps);
    return !bits.lost();
}

// `skip` for each of the things that come with a count of at least one.
template <typename Skip>
bool skip_all(SetupBits& bits, unsigned count_bits, Skip skip) {
    auto const count = bits.take(count_bits) + 1;
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!skip(bits)) {
            return false;
        }
    }
    return !bits.lost();
}

}  // namespace

std::vector<bool> parse_vorbis_modes(Bytes setup, unsigned channels) {
    SetupBits bits{setup};
    std::vector<bool> modes;
    bool const whole =
        skip_all(bits, 8, skip_codebook) &&
        skip_all(bits, 6, [](SetupBits& in) { return in.take(16) == 0; }) &&  // unused transforms
        skip_all(bits, 6, skip_floor) && skip_all(bits, 6, skip_residue) &&
        skip_all(bits, 6, [=](SetupBits& in) { return skip_mapping(in, channels); }) &&
        skip_all(bits, 6, [&](SetupBits& in) {
            modes.push_back(in.flag());
            bool const known = in.take(16) == 0 && in.take(16) == 0;
            in.skip(8);
            return known;
        });
    bool const framed = whole && bits.flag() && !bits.lost();
    return framed ? modes : std::vector<bool>{};
}

}  // namespace adapters::media
