// The words of orders and notices, and the lines in which stores keep their lists.
#include "jobs/order.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace jobs {

namespace {

template <typename E, std::size_t n>
using Table = std::array<std::pair<E, std::string_view>, n>;

constexpr Table<OrderStatus, 4> statuses{{{OrderStatus::pending, "pending"},
                                          {OrderStatus::paid, "paid"},
                                          {OrderStatus::refunded, "refunded"},
                                          {OrderStatus::closed, "closed"}}};

constexpr Table<PaymentState, 6> states{{{PaymentState::paid, "paid"},
                                         {PaymentState::refunded, "refunded"},
                                         {PaymentState::chargeback, "chargeback"},
                                         {PaymentState::closed, "closed"},
                                         {PaymentState::pending, "pending"},
                                         {PaymentState::other, "other"}}};

constexpr Table<NoticeOutcome, 5> outcomes{{{NoticeOutcome::paid, "paid"},
                                            {NoticeOutcome::returned, "returned"},
                                            {NoticeOutcome::closed, "closed"},
                                            {NoticeOutcome::noted, "noted"},
                                            {NoticeOutcome::review, "review"}}};

template <typename E, std::size_t n>
std::string_view word(Table<E, n> const& table, E value) {
    return std::ranges::find(table, value, &std::pair<E, std::string_view>::first)->second;
}

template <typename E, std::size_t n>
std::optional<E> value_of(Table<E, n> const& table, std::string_view text) {
    auto const* const found =
        std::ranges::find(table, text, &std::pair<E, std::string_view>::second);
    return found == table.end() ? std::nullopt : std::optional{found->first};
}

// An empty text has no parts; otherwise one more than separators.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        auto const end = text.find(separator);
        parts.push_back(text.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        text.remove_prefix(end + 1);
        if (text.empty()) {
            parts.emplace_back();
        }
    }
    return parts;
}

std::int64_t number_or_zero(std::string_view text) {
    return base::parse_integer(text).value_or(0);
}

std::string life_text(std::optional<base::Millis> life) {
    return life ? std::to_string(life->count()) : "-";
}

std::optional<Bought> parse_credits(std::vector<std::string_view> const& parts) {
    auto const credits = base::parse_integer(parts[2]);
    auto const bonus = base::parse_integer(parts[3]);
    auto const life = parts[4] == "-" ? std::optional<std::int64_t>{} : number_or_zero(parts[4]);
    auto const multiplier = base::parse_rate(parts[5]);
    if (!credits || !bonus || !multiplier) {
        return std::nullopt;
    }
    return CreditsBought{.package = std::string{parts[1]},
                         .credits = {*credits},
                         .bonus = {*bonus},
                         .life = life ? std::optional{base::Millis{*life}} : std::nullopt,
                         .multiplier = *multiplier};
}

}  // namespace

std::string_view to_text(OrderStatus status) {
    return word(statuses, status);
}

std::optional<OrderStatus> parse_order_status(std::string_view text) {
    return value_of(statuses, text);
}

std::string_view to_text(PaymentState state) {
    return word(states, state);
}

std::optional<PaymentState> parse_payment_state(std::string_view text) {
    return value_of(states, text);
}

std::string_view to_text(NoticeOutcome outcome) {
    return word(outcomes, outcome);
}

std::optional<NoticeOutcome> parse_notice_outcome(std::string_view text) {
    return value_of(outcomes, text);
}

base::Credits granted_by(Order const& order) {
    auto const* const bought = std::get_if<CreditsBought>(&order.bought);
    return bought == nullptr ? base::Credits{} : bought->credits + bought->bonus;
}

std::int64_t paid_for(Order const& order) {
    return order.paid > 0 ? order.paid : order.amount;
}

std::int64_t returned_of(Order const& order) {
    std::int64_t sum = 0;
    for (auto const& each : order.returns) {
        bool const own = each.trade.empty() || each.trade == order.trade;
        sum += own ? std::min(each.amount, paid_for(order) - sum) : 0;
    }
    return sum;
}

std::string payment_reference(std::string_view kind, std::string_view provider,
                              std::string_view trade) {
    std::string text{kind};
    return text.append(":").append(provider).append(":").append(trade);
}

std::string to_line(Words const& words) {
    std::string line;
    for (auto const& each : words) {
        line.append(line.empty() ? "" : ",").append(each);
    }
    return line;
}

Words parse_words(std::string_view line) {
    Words words;
    for (auto const each : split(line, ',')) {
        words.emplace(each);
    }
    return words;
}

std::string to_lines(std::vector<Return> const& returns) {
    std::string lines;
    for (auto const& each : returns) {
        lines.append(lines.empty() ? "" : "\n").append(each.id).append("\t").append(each.trade);
        lines.append("\t").append(std::to_string(each.amount));
        lines.append(each.chargeback ? "\tchargeback\t" : "\trefund\t");
        lines.append(std::to_string(base::to_ms(each.at)));
    }
    return lines;
}

std::vector<Return> parse_returns(std::string_view lines) {
    std::vector<Return> returns;
    for (auto const line : split(lines, '\n')) {
        auto const parts = split(line, '\t');
        if (parts.size() == 5) {
            returns.push_back({.id = std::string{parts[0]},
                               .trade = std::string{parts[1]},
                               .amount = number_or_zero(parts[2]),
                               .chargeback = parts[3] == "chargeback",
                               .at = base::from_ms(number_or_zero(parts[4]))});
        }
    }
    return returns;
}

std::string to_line(Bought const& bought) {
    if (auto const* const term = std::get_if<TermBought>(&bought)) {
        return "term:" + term->name + ":" + std::to_string(term->months);
    }
    auto const& credits = std::get<CreditsBought>(bought);
    return "credits:" + credits.package + ":" + std::to_string(credits.credits.value) + ":" +
           std::to_string(credits.bonus.value) + ":" + life_text(credits.life) + ":" +
           base::to_text(credits.multiplier);
}

std::optional<Bought> parse_bought(std::string_view line) {
    auto const parts = split(line, ':');
    if (parts.size() == 3 && parts[0] == "term") {
        return TermBought{.name = std::string{parts[1]},
                          .months = static_cast<int>(number_or_zero(parts[2]))};
    }
    bool const credits = parts.size() == 6 && parts[0] == "credits";
    return credits ? parse_credits(parts) : std::nullopt;
}

LoadedOrder* Orders::find(std::string_view id) {
    auto const found = std::ranges::find_if(
        loaded, [&](LoadedOrder const& each) { return !id.empty() && each.order.id == id; });
    return found == loaded.end() ? nullptr : &*found;
}

LoadedOrder* Orders::paid_by(std::string_view provider, std::string_view trade) {
    auto const found = std::ranges::find_if(loaded, [&](LoadedOrder const& each) {
        return !trade.empty() && each.order.provider == provider && each.order.trade == trade;
    });
    return found == loaded.end() ? nullptr : &*found;
}

}  // namespace jobs
