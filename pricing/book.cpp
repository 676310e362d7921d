// Finding the terms that hold, naming a book by its content, and telling two books apart.
#include "pricing/book.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

#include "base/check.h"
#include "base/sha256.h"

namespace pricing {

namespace {

using Periods = std::vector<Period>;
using Words = std::vector<std::string>;

// The last period that has begun by then.
Period const& period_at(Periods const& periods, base::Timestamp at) {
    CHECK(!periods.empty());
    auto const next = std::ranges::upper_bound(periods, at, {}, &Period::from);
    return next == periods.begin() ? periods.front() : *std::prev(next);
}

// With its length in front, so that no name can look like two, or like a number.
std::string counted(std::string_view name) {
    return std::to_string(name.size()) + ":" + std::string{name};
}

std::string canonical(Period const& period) {
    std::string text =
        "from " + std::to_string(base::to_ms(period.from)) + " " + to_line(period.terms) + "\n";
    for (auto const& [tier, multiplier] : period.tiers) {
        text += "tier " + counted(tier) + " x" + base::to_text(multiplier) + "\n";
    }
    return text;
}

// The terms as words that can be compared one by one, tiers included.
Words words_of(Period const& period) {
    Words words;
    std::istringstream line{to_line(period.terms)};
    for (std::string word; line >> word;) {
        words.push_back(word);
    }
    for (auto const& [tier, multiplier] : period.tiers) {
        words.push_back(tier + "=x" + base::to_text(multiplier));
    }
    return words;
}

// The words that `other` lacks, in a row.
std::string lacking(Words const& words, Words const& other) {
    std::string row;
    for (auto const& word : words) {
        if (std::ranges::find(other, word) == other.end()) {
            row += (row.empty() ? "" : " ") + word;
        }
    }
    return row.empty() ? "none" : row;
}

std::set<base::Timestamp> dates_of(Periods const& before, Periods const& after) {
    std::set<base::Timestamp> dates;
    for (auto const* periods : {&before, &after}) {
        for (auto const& period : *periods) {
            dates.insert(period.from);
        }
    }
    return dates;
}

// A line for each date from which something else holds than would have held.
void compare(std::string const& service, Periods const& before, Periods const& after,
             std::vector<std::string>& lines) {
    for (auto const date : dates_of(before, after)) {
        auto const was = words_of(period_at(before, date));
        auto const is = words_of(period_at(after, date));
        if (was != is) {
            auto const since = date > base::Timestamp{} ? " from " + base::to_text(date) : "";
            lines.push_back(service + since + ": " + lacking(was, is) + " -> " + lacking(is, was));
        }
    }
}

}  // namespace

std::optional<Terms> terms_for(Book const& book, std::string_view service, std::string_view tier,
                               base::Timestamp at) {
    auto const found = book.services.find(service);
    if (found == book.services.end()) {
        return std::nullopt;
    }
    auto const& period = period_at(found->second, at);
    auto terms = period.terms;
    auto const multiplier = period.tiers.find(tier);
    terms.multiplier = multiplier == period.tiers.end() ? base::one : multiplier->second;
    return terms;
}

std::string version_of(Book const& book) {
    std::string text;
    for (auto const& [service, periods] : book.services) {
        text += "service " + counted(service) + "\n";
        for (auto const& period : periods) {
            text += canonical(period);
        }
    }
    return base::hex(base::sha256(text)).substr(0, 12);
}

std::vector<std::string> differences(Book const& before, Book const& after) {
    std::vector<std::string> lines;
    for (auto const& [service, periods] : before.services) {
        auto const found = after.services.find(service);
        if (found == after.services.end()) {
            lines.push_back(service + ": gone");
        } else {
            compare(service, periods, found->second, lines);
        }
    }
    for (auto const& [service, periods] : after.services) {
        if (!before.services.contains(service)) {
            lines.push_back(service + ": new");
        }
    }
    return lines;
}

}  // namespace pricing
