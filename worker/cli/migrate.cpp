// migrate [status]: the store's schema.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "adapters/sqlite/open.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

// What any store has to say of its schema.
struct Standing {
    std::string store;
    std::string server;  // empty: there is none
    bool exists = false;
    int version = 0;
    int wanted = 0;
    std::vector<std::string> pending;
};

Standing standing_of(Context& context) {
    auto const& settings = context.settings();
    Standing standing{.store = shown_store_url(settings)};
    if (uses_postgres(settings)) {
        auto status = adapters::postgres_status(postgres_options(settings));
        standing.server = "PostgreSQL " + status.server;
        standing.exists = status.exists;
        standing.version = status.version;
        standing.wanted = status.wanted;
        standing.pending = std::move(status.pending);
        return standing;
    }
    auto status = adapters::sqlite_schema_status(sqlite_path(settings));
    standing.exists = status.exists;
    standing.version = status.version;
    standing.wanted = status.wanted;
    standing.pending = std::move(status.pending);
    return standing;
}

// Returns the version before.
int bring_up_to_date(config::Settings const& settings) {
    if (uses_postgres(settings)) {
        return adapters::migrate_postgres(postgres_options(settings)).version;
    }
    auto const path = sqlite_path(settings);
    make_data_dir(settings);
    return adapters::migrate_sqlite(path).version;
}

class Migrate final : public Verb {
public:
    void declare(Options& options) override {
        options.word("status", word_, "Says where the schema stands; changes nothing");
        options.example(
            "  tallyman migrate status    # exit 1 if something is pending\n"
            "  tallyman migrate           # safe beside running workers");
    }

    int run(Context& context) override {
        if (word_ == "status") {
            auto const standing = standing_of(context);
            show(context, standing, standing.version);
            return standing.version == standing.wanted ? done : answer_is_no;
        }
        auto const before = bring_up_to_date(context.settings());
        show(context, standing_of(context), before);
        return done;
    }

private:
    static void show(Context& context, Standing const& standing, int before) {
        context.json() ? print_json(standing, before) : print_lines(standing, before);
    }

    static void print_json(Standing const& standing, int before) {
        boost::json::array pending(standing.pending.begin(), standing.pending.end());
        boost::json::object out{{"store", standing.store},
                                {"version", standing.version},
                                {"wanted", standing.wanted},
                                {"before", before},
                                {"pending", std::move(pending)}};
        if (!standing.server.empty()) {
            out["server"] = standing.server;
        }
        Context::print(out);
    }

    static void print_lines(Standing const& standing, int before) {
        fmt::print("store    {}\n", clean(standing.store));
        if (!standing.server.empty()) {
            fmt::print("server   {}\n", clean(standing.server));
        }
        fmt::print("schema   {}\n", standing.exists ? fmt::format("version {}", standing.version)
                                                    : std::string("none yet"));
        fmt::print("program  version {}\n", standing.wanted);
        for (auto const& line : standing.pending) {
            fmt::print("pending  {}\n", line);
        }
        if (before != standing.version) {
            fmt::print("migrated from version {}\n", before);
        } else if (standing.version == standing.wanted) {
            fmt::print("up to date\n");
        } else {
            fmt::print("to bring it up to date: tallyman migrate\n");
        }
    }

    std::string word_;
};

}  // namespace

std::unique_ptr<Verb> make_migrate() {
    return std::make_unique<Migrate>();
}

}  // namespace worker::cli
