// migrate [status]: the store's schema.
#include <boost/json.hpp>
#include <fmt/format.h>

#include "adapters/sqlite/open.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"

namespace worker::cli {

namespace {

class Migrate final : public Verb {
public:
    void declare(Options& options) override {
        options.word("status", word_, "Says where the schema stands; changes nothing");
        options.example(
            "  tallyman migrate status    # exit 1 if something is pending\n"
            "  tallyman migrate           # safe beside running workers");
    }

    int run(Context& context) override {
        auto const path = sqlite_path(context.settings());
        return word_ == "status" ? status(context, path) : migrate(context, path);
    }

private:
    static int status(Context& context, std::filesystem::path const& path) {
        auto const schema = adapters::sqlite_schema_status(path);
        show(context, path, schema, schema.version);
        return schema.version == schema.wanted ? done : answer_is_no;
    }

    static int migrate(Context& context, std::filesystem::path const& path) {
        make_data_dir(context.settings());
        auto const before = adapters::migrate_sqlite(path);
        auto const after = adapters::sqlite_schema_status(path);
        show(context, path, after, before.version);
        return done;
    }

    static void show(Context& context, std::filesystem::path const& path,
                     adapters::SchemaStatus const& schema, int before) {
        if (context.json()) {
            boost::json::array pending(schema.pending.begin(), schema.pending.end());
            Context::print(boost::json::object{{"store", "sqlite:" + path.string()},
                                               {"version", schema.version},
                                               {"wanted", schema.wanted},
                                               {"before", before},
                                               {"pending", std::move(pending)}});
            return;
        }
        fmt::print("store    sqlite:{}\n", clean(path.string()));
        fmt::print("schema   {}\n", schema.exists ? fmt::format("version {}", schema.version)
                                                  : std::string("none yet"));
        fmt::print("program  version {}\n", schema.wanted);
        for (auto const& line : schema.pending) {
            fmt::print("pending  {}\n", line);
        }
        if (before != schema.version) {
            fmt::print("migrated from version {}\n", before);
        } else if (schema.version == schema.wanted) {
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
