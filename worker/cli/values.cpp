// Reading and refusing what people type.
#include "worker/cli/values.h"

#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>

#include <fmt/format.h>

#include "wire/job_request.h"
#include "worker/cli/verb.h"

namespace worker::cli {

namespace {

// Midnight of a bare date in this machine's zone; nullopt for anything else or no such day.
std::optional<base::Timestamp> local_date(std::string const& text) {
    auto const utc = base::parse_timestamp(text);
    if (!utc || text.size() != 10) {
        return std::nullopt;
    }
    auto const day = std::chrono::floor<std::chrono::days>(*utc);
    std::chrono::year_month_day const date{day};
    std::tm parts{};
    parts.tm_year = static_cast<int>(date.year()) - 1900;
    parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
    parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
    parts.tm_isdst = -1;
    return base::from_ms(static_cast<std::int64_t>(std::mktime(&parts)) * 1000);
}

std::string read_some(std::istream& stream, std::int64_t most) {
    std::string text(static_cast<std::size_t>(most) + 1, '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    return text;
}

}  // namespace

base::JobId job_id(std::string const& text) {
    auto const number = base::parse_integer(text);
    if (!number || *number <= 0) {
        throw Stop(usage, fmt::format("`{}` is not the id of a job; ids are whole numbers, as "
                                      "`tallyman jobs` shows them",
                                      text));
    }
    return {*number};
}

std::string user_id(std::string const& text) {
    if (auto const mistake = wire::mistake_in_user(text)) {
        throw Stop(usage, fmt::format("the user id {}; it must be 1 to 128 printable characters",
                                      *mistake));
    }
    return text;
}

base::Credits credits(std::string const& text) {
    auto const number = base::parse_integer(text);
    if (!number) {
        throw Stop(usage, fmt::format("`{}` is not an amount of credits; it must be a whole number "
                                      "that fits 64 bits",
                                      text));
    }
    return {*number};
}

base::Timestamp when(std::string const& option, std::string const& text, base::Timestamp now) {
    if (auto const date = local_date(text)) {
        return *date;
    }
    if (auto const at = base::parse_timestamp(text)) {
        return *at;
    }
    if (auto const duration = base::parse_duration(text)) {
        constexpr base::Millis thousand_years{1000LL * 366 * 24 * 3600 * 1000};
        if (*duration <= thousand_years) {
            return now + *duration;
        }
    }
    throw Stop(usage, fmt::format("{}: `{}` is not a time; expected a date (2027-01-31), a time "
                                  "(2027-01-31T08:00:00Z) or a duration from now (30d)",
                                  option, text));
}

std::string input_text(std::string const& text, std::int64_t most) {
    if (text == "-") {
        return read_some(std::cin, most);
    }
    if (!text.starts_with('@')) {
        return text;
    }
    std::ifstream file(text.substr(1), std::ios::binary);
    if (!file) {
        throw Stop(usage, fmt::format("--input: can't read {}; check the path", text.substr(1)));
    }
    return read_some(file, most);
}

}  // namespace worker::cli
