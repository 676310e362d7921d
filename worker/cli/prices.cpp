// prices check, prices show: the price book.
#include <filesystem>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/credits_json.h"
#include "wire/terms_text.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

boost::json::object problem_json(config::Problem const& problem) {
    return {{"file", problem.file},
            {"line", problem.line},
            {"key", problem.key},
            {"what", problem.what}};
}

std::string tiers_of(pricing::Period const& period) {
    std::string text;
    for (auto const& [name, multiplier] : period.tiers) {
        text += fmt::format("; {} x{}", name, base::to_text(multiplier));
    }
    return text;
}

class Prices final : public Verb {
public:
    void declare(Options& options) override {
        auto& check =
            options.word("check", word_, "Checks a price book: every mistake, with its line");
        check.optional("FILE", file_, "the book (default: the configured one)");
        check.example("  tallyman prices check prices.yaml    # exit 1 if it has mistakes");
        auto& show = options.word("show", word_, "Shows the prices of all services");
        show.example("  tallyman prices show");
        options.example("  tallyman prices show\n  tallyman prices check prices.yaml");
    }

    int run(Context& context) override { return word_ == "check" ? check(context) : show(context); }

private:
    int check(Context& context) const {
        auto const file =
            file_.empty() ? context.settings().prices_file : std::filesystem::path(file_);
        if (file.empty()) {
            report(context, "the built-in price book", {.value = config::default_book()});
            return done;
        }
        std::error_code code;
        if (!std::filesystem::is_regular_file(file, code)) {
            throw Stop(usage, fmt::format("{} is not a file that can be read; check the path",
                                          file.string()));
        }
        auto const loaded = config::load_book(file);
        report(context, file.string(), loaded);
        return loaded.value ? done : answer_is_no;
    }

    static void report(Context& context, std::string const& name,
                       config::Loaded<pricing::Book> const& loaded) {
        if (context.json()) {
            boost::json::array problems;
            for (auto const& problem : loaded.problems) {
                problems.push_back(problem_json(problem));
            }
            boost::json::object out{{"file", name},
                                    {"ok", loaded.value.has_value()},
                                    {"problems", std::move(problems)}};
            if (loaded.value) {
                out["version"] = loaded.value->version;
                out["services"] = loaded.value->services.size();
            }
            Context::print(out);
            return;
        }
        for (auto const& problem : loaded.problems) {
            complain(config::to_text(problem));
        }
        if (loaded.value) {
            fmt::print("{}: {} services, version {}\n", clean(name), loaded.value->services.size(),
                       loaded.value->version);
        }
    }

    static int show(Context& context) {
        auto const& book = context.book();
        if (context.json()) {
            Context::print(wire::prices_json(book));
            return done;
        }
        Table table({{"SERVICE"}, {"FROM"}, {"PRICE"}});
        for (auto const& [name, periods] : book.services) {
            for (auto const& period : periods) {
                auto const always = base::to_ms(period.from) == 0;
                table.row({clean(name), always ? "always" : local_time(period.from),
                           wire::in_words(period.terms) + clean(tiers_of(period))});
            }
        }
        table.print();
        fmt::print("\nprice book {}\n", book.version);
        return done;
    }

    std::string word_;
    std::string file_;
};

}  // namespace

std::unique_ptr<Verb> make_prices() {
    return std::make_unique<Prices>();
}

}  // namespace worker::cli
