// A board as lines for people, made to measure.
#pragma once

#include <string>
#include <vector>

#include "worker/cli/top_board.h"

namespace worker::cli {

enum class Look : std::uint8_t { plain, strong, faint, warning, alarm };

struct Line {
    std::string text;
    Look look = Look::plain;
};

struct Size {
    int columns = 80;
    int rows = 0;  // 0: as many as it takes
};

// Not one line longer or wider than the size; what does not fit is named. `trouble` is why the
// board is an old one; empty: it is not.
std::vector<Line> frame_of(Board const& board, Size size, std::string const& trouble = {});

// With the colour of its look, or only the text.
std::string painted(Line const& line, bool colours);

// "42 ms", "1.5 s", "3m 20s", "2h 5m", "4d 1h".
std::string in_short(base::Millis time);

}  // namespace worker::cli
