// Texts of entries: their kinds, their draws, their public ids.
#include "ledger/entry.h"

#include <array>

namespace ledger {

namespace {

constexpr std::array<std::string_view, kinds> kind_texts = {
    "recharge", "bonus", "signup", "consume", "settle", "refund", "expire", "sync", "adjust"};

std::optional<Draw> parse_draw(std::string_view text) {
    auto const colon = text.find(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    auto const grant = base::parse_integer(text.substr(0, colon));
    auto const amount = base::parse_integer(text.substr(colon + 1));
    if (!grant || !amount || *grant < 0) {
        return std::nullopt;
    }
    return Draw{.grant = *grant, .amount = {*amount}};
}

}  // namespace

std::string_view to_text(Kind kind) {
    return kind_texts.at(static_cast<std::size_t>(kind));
}

std::optional<Kind> parse_kind(std::string_view text) {
    for (std::size_t i = 0; i < kind_texts.size(); ++i) {
        if (kind_texts.at(i) == text) {
            return static_cast<Kind>(i);
        }
    }
    return std::nullopt;
}

std::string to_line(std::vector<Draw> const& draws) {
    std::string line;
    for (Draw const& draw : draws) {
        if (!line.empty()) {
            line += ',';
        }
        line += std::to_string(draw.grant);
        line += ':';
        line += std::to_string(draw.amount.value);
    }
    return line;
}

bool parse_draws(std::string_view line, std::vector<Draw>& draws) {
    draws.clear();
    while (!line.empty()) {
        auto const comma = line.find(',');
        auto const draw = parse_draw(line.substr(0, comma));
        bool const last = comma == std::string_view::npos;
        if (!draw || (!last && comma + 1 == line.size())) {
            draws.clear();
            return false;
        }
        draws.push_back(*draw);
        line.remove_prefix(last ? line.size() : comma + 1);
    }
    return true;
}

std::optional<std::vector<Draw>> parse_draws(std::string_view line) {
    std::vector<Draw> draws;
    return parse_draws(line, draws) ? std::optional{std::move(draws)} : std::nullopt;
}

std::string public_id(base::AccountId account, std::int64_t number) {
    return base::to_text(account) + "-" + std::to_string(number);
}

}  // namespace ledger
