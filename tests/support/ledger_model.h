// A second ledger, written apart from the first and as naively as possible, to compare it with:
// every credit is a unit of its own that lies in a grant, is held by a charge, or is gone. It
// shares no code with ledger/; times are plain milliseconds, services and kinds plain text.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

class LedgerModel {
public:
    // One entry: its signed amount and its draws, (grant, signed amount) in order; grant 0 is debt.
    struct Line {
        std::string kind;
        std::int64_t amount = 0;
        std::vector<std::pair<std::int64_t, std::int64_t>> draws;
    };

    struct Totals {
        std::int64_t recharged = 0;
        std::int64_t consumed = 0;
        std::int64_t refunded = 0;
        std::int64_t expired = 0;
    };

    static constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

    void credit(std::string const& kind, std::int64_t amount, std::int64_t from, std::int64_t until,
                std::string const& service, std::int64_t now) {
        Line line{.kind = kind};
        auto const number = open(kind, from, until, service);
        for (std::int64_t i = 0; i < amount; ++i) {
            units_.push_back(number);
            move(line, number, 1);
        }
        if (from <= now && service.empty() && debt_ > 0) {
            // Taking all out before the first goes to the debt keeps the draws in that order.
            auto const paid = debt_ < amount ? debt_ : amount;
            for (std::int64_t i = 0; i < paid; ++i) {
                units_.pop_back();
                new_draw(line, number, -1, i == 0);
            }
            for (std::int64_t i = 0; i < paid; ++i) {
                --debt_;
                move(line, 0, 1);
            }
        }
        totals_.recharged += amount;
        lines_.push_back(line);
    }

    // False: it can't be paid, nothing changed.
    bool debit(int charge, std::int64_t amount, std::string const& service, std::int64_t now) {
        if (spendable(service, now) < amount) {
            return false;
        }
        Line line{.kind = "consume"};
        for (std::int64_t i = 0; i < amount; ++i) {
            held_[charge].push_back(take_best(line, service, now));
        }
        totals_.consumed += amount;
        lines_.push_back(line);
        return true;
    }

    // The last `amount` units of the charge go home, the last taken first; a unit without a home
    // goes to a new grant.
    void give_back(std::string const& kind, int charge, std::int64_t amount, std::int64_t now,
                   std::int64_t grace) {
        if (amount == 0) {
            return;
        }
        Line line{.kind = kind};
        std::int64_t homeless = 0;
        std::optional<std::string> service;
        for (std::int64_t i = 0; i < amount; ++i) {
            auto const home = held_[charge].back();
            held_[charge].pop_back();
            if (now < grants_[home].until) {
                units_.push_back(home);
                move(line, home, 1);
                continue;
            }
            ++homeless;
            if (service && *service != grants_[home].service) {
                service = "";
            } else if (!service) {
                service = grants_[home].service;
            }
        }
        if (homeless > 0) {
            auto const number = open("refund", now, now + grace, *service);
            for (std::int64_t i = 0; i < homeless; ++i) {
                units_.push_back(number);
                move(line, number, 1);
            }
        }
        totals_.refunded += amount;
        lines_.push_back(line);
    }

    // Takes up to `extra` more; with `as_debt` what the grants lack is owed. Returns what was
    // taken.
    std::int64_t take_more(std::int64_t extra, std::string const& service, std::int64_t now,
                           bool as_debt) {
        Line line{.kind = "settle"};
        std::int64_t taken = 0;
        while (taken < extra && spendable(service, now) > 0) {
            take_best(line, service, now);
            ++taken;
        }
        while (as_debt && taken < extra) {
            ++debt_;
            move(line, 0, -1);
            ++taken;
        }
        if (taken > 0) {
            totals_.consumed += taken;
            lines_.push_back(line);
        }
        return taken;
    }

    void expire(std::int64_t now) {
        for (;;) {
            std::int64_t next = 0;
            for (auto const unit : units_) {
                auto const until = grants_[unit].until;
                bool const sooner = next == 0 || until < grants_[next].until ||
                                    (until == grants_[next].until && unit < next);
                if (until <= now && sooner) {
                    next = unit;
                }
            }
            if (next == 0) {
                return;
            }
            Line line{.kind = "expire"};
            auto const count = static_cast<std::int64_t>(std::erase(units_, next));
            for (std::int64_t i = 0; i < count; ++i) {
                move(line, next, -1);
            }
            totals_.expired += count;
            lines_.push_back(line);
        }
    }

    // What the ledger says, swept or not.
    std::int64_t recorded() const { return static_cast<std::int64_t>(units_.size()) - debt_; }

    std::int64_t balance(std::int64_t now) const {
        std::int64_t count = -debt_;
        for (auto const unit : units_) {
            count += alive(grants_.at(unit), now) ? 1 : 0;
        }
        return count;
    }

    std::int64_t spendable(std::string const& service, std::int64_t now) const {
        std::int64_t count = -debt_;
        for (auto const unit : units_) {
            auto const& grant = grants_.at(unit);
            bool const pays = grant.service.empty() || grant.service == service;
            count += alive(grant, now) && pays ? 1 : 0;
        }
        return count < 0 ? 0 : count;
    }

    std::int64_t left(std::int64_t number) const {
        std::int64_t count = 0;
        for (auto const unit : units_) {
            count += unit == number ? 1 : 0;
        }
        return count;
    }

    std::int64_t debt() const { return debt_; }

    Totals const& totals() const { return totals_; }

    std::vector<Line> const& lines() const { return lines_; }

private:
    struct Grant {
        std::string kind;
        std::int64_t from = 0;
        std::int64_t until = never;
        std::string service;
    };

    static bool alive(Grant const& grant, std::int64_t now) {
        return grant.from <= now && now < grant.until;
    }

    static bool gift(Grant const& grant) {
        return grant.kind == "bonus" || grant.kind == "signup" || grant.kind == "refund";
    }

    static void new_draw(Line& line, std::int64_t grant, std::int64_t sign, bool apart) {
        line.amount += sign;
        bool const same = !apart && !line.draws.empty() && line.draws.back().first == grant;
        if (same) {
            line.draws.back().second += sign;
        } else {
            line.draws.emplace_back(grant, sign);
        }
    }

    static void move(Line& line, std::int64_t grant, std::int64_t sign) {
        new_draw(line, grant, sign, false);
    }

    std::int64_t open(std::string const& kind, std::int64_t from, std::int64_t until,
                      std::string const& service) {
        auto const number = static_cast<std::int64_t>(grants_.size()) + 1;
        grants_[number] = {.kind = kind, .from = from, .until = until, .service = service};
        return number;
    }

    // The rule of product.md, said once more: restricted, soonest to expire, promotional, earliest,
    // lowest number.
    bool better(std::int64_t left_number, std::int64_t right_number,
                std::string const& service) const {
        auto const& left = grants_.at(left_number);
        auto const& right = grants_.at(right_number);
        bool const left_mine = !service.empty() && left.service == service;
        bool const right_mine = !service.empty() && right.service == service;
        if (left_mine != right_mine) {
            return left_mine;
        }
        if (left.until != right.until) {
            return left.until < right.until;
        }
        if (gift(left) != gift(right)) {
            return gift(left);
        }
        if (left.from != right.from) {
            return left.from < right.from;
        }
        return left_number < right_number;
    }

    std::int64_t take_best(Line& line, std::string const& service, std::int64_t now) {
        auto best = units_.end();
        for (auto unit = units_.begin(); unit != units_.end(); ++unit) {
            auto const& grant = grants_.at(*unit);
            bool const pays = grant.service.empty() || grant.service == service;
            if (alive(grant, now) && pays &&
                (best == units_.end() || better(*unit, *best, service))) {
                best = unit;
            }
        }
        auto const number = *best;
        units_.erase(best);
        move(line, number, -1);
        return number;
    }

    std::vector<std::int64_t> units_;                // of which grant each free credit is
    std::map<std::int64_t, Grant> grants_;           // by number
    std::map<int, std::vector<std::int64_t>> held_;  // the units that each charge took, in order
    std::int64_t debt_ = 0;
    Totals totals_;
    std::vector<Line> lines_;
};

}  // namespace tests
