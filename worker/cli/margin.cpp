// margin: what providers took, against what jobs were settled at.
#include "wire/margin.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

constexpr base::Millis month{30LL * 24 * 3600 * 1000};

class Margin final : public Verb {
public:
    void declare(Options& options) override {
        options.text("--by", "WHAT", by_, "provider (the default), service, day or model");
        options.text("--since", "WHEN", since_,
                     "a date (midnight here) or a time (default: 30 days ago)");
        options.example("  tallyman margin --by service --since 2027-01-01");
    }

    int run(Context& context) override {
        auto const by = wire::parse_margin_by(by_);
        if (!by) {
            throw Stop(usage,
                       fmt::format("--by: `{}` is none of provider, service, day and model", by_));
        }
        auto& store = context.store(Opening::existing);
        auto const now = store.now();
        auto const from = since_.empty() ? now - month : when("--since", since_, now);
        auto const& settings = context.settings();
        auto const sums = store.calls().costs(from, now + base::Millis{1}, wire::span_of(*by));
        auto const lines = wire::margins(sums, *by, settings.rules.zone, settings.credit_value);
        context.json() ? print_json(lines, from) : print_table(lines, settings.credit_value);
        return done;
    }

private:
    static void print_json(std::vector<wire::MarginLine> const& lines, base::Timestamp from) {
        boost::json::array list;
        for (auto const& line : lines) {
            list.push_back(wire::margin_json(line));
        }
        Context::print(boost::json::object{{"since", base::to_ms(from)}, {"lines", list}});
    }

    void print_table(std::vector<wire::MarginLine> const& lines,
                     config::CreditValue const& value) const {
        if (lines.empty()) {
            fmt::print("no provider has told what a call cost\n");
            return;
        }
        using enum Table::Align;
        Table table({{by_},
                     {"CALLS", right},
                     {"COMPLETED", right},
                     {"CREDITS", right},
                     {"COST", right},
                     {"WORTH", right},
                     {"MARGIN", right}});
        for (auto const& line : lines) {
            bool const told = !line.currency.empty();
            table.row(
                {clean(line.name), std::to_string(line.calls), std::to_string(line.completed),
                 std::to_string(line.credits.value),
                 told ? clean(wire::money_text(line.micros, line.currency)) : "",
                 line.worth ? wire::money_text(*line.worth, value.currency) : "",
                 line.worth ? wire::money_text(*line.worth - line.micros, value.currency) : ""});
        }
        table.print();
        if (value.micros == 0) {
            fmt::print("set credit_value to see what the credits were worth\n");
        }
    }

    std::string by_ = "provider";
    std::string since_;
};

}  // namespace

std::unique_ptr<Verb> make_margin() {
    return std::make_unique<Margin>();
}

}  // namespace worker::cli
