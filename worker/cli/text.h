// How the command line shows things: tables that line up, local times, nothing that could steer the
// terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/credits.h"
#include "base/time.h"

namespace worker::cli {

// One line on standard error: "tallyman: …".
void complain(std::string_view line);

// Control characters and invalid UTF-8 as "?", so that stored text can't move the cursor.
std::string clean(std::string_view text);

// In this machine's zone: "2026-11-21 13:51:25".
std::string local_time(base::Timestamp at);
std::string local_time_ms(base::Timestamp at);

// "1 job", "2 jobs".
std::string counted(std::int64_t number, std::string_view noun);

// As far as `most` columns go, then "…".
std::string shortened(std::string_view text, std::size_t most);

class Table {
public:
    enum class Align : std::uint8_t { left, right };

    struct Column {
        std::string title;
        Align align = Align::left;
    };

    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

    bool empty() const { return rows_.empty(); }

    void print() const;

    // The titles, and the rows.
    std::vector<std::string> lines() const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

// Whether standard output is a terminal, and whether colours are wanted there (NO_COLOR).
bool on_terminal();
bool colours();
std::string bold(std::string const& text);

}  // namespace worker::cli
