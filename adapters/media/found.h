// What a parser counts, and the exact sums it counts with.
#pragma once

#include <cstdint>
#include <string>

#include "adapters/media.h"
#include "adapters/media/reader.h"

namespace adapters::media {

// Samples at one rate after another, added exactly. Throws Unmeasurable (damaged) where a rate is
// zero or the sum fits no 64-bit rational.
class Sum {
public:
    void add(std::uint64_t samples, std::uint64_t rate);

    [[nodiscard]] Length total() const { return total_; }

    [[nodiscard]] bool empty() const { return total_.samples == 0; }

private:
    Length total_;
    bool begun_ = false;
};

// Which of two lengths is longer, without rounding.
std::strong_ordering compare(Length const& one, Length const& other);

// Every parser has the form `Measured measure_mpeg(Reader&)`, throws Unmeasurable, and fills all of
// Measured but `taglib`. Its work is linear in the size of the data, it allocates nothing in
// proportion to what the data declares, and it never reads what it need not where reader.far().
// Codes: not_audio, damaged, incomplete, no_audio, unsupported, too_large.
[[noreturn]] void fail(std::string code, std::string message);

}  // namespace adapters::media
