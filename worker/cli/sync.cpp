// sync sources|add|rotate|remove|link: sister products that may move credits, and whose accounts
// their users have.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "adapters/identity/api_key.h"
#include "wire/sync_json.h"
#include "wire/sync_request.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/values.h"
#include "worker/cli/verbs.h"
#include "worker/links.h"

namespace worker::cli {

namespace {

using jobs::SyncSource;

std::string allowed(SyncSource const& source) {
    if (source.may_add && source.may_deduct) {
        return "add, deduct";
    }
    return source.may_add ? "add" : "deduct";
}

class Sync final : public Verb {
public:
    void declare(Options& options) override {
        options.word("sources", word_, "Lists the sister products, without their secrets");
        auto& add = options.word("add", word_, "Registers one and shows its secret, once");
        auto& rotate = options.word("rotate", word_,
                                    "Makes a new secret; the one until now lives on beside it");
        auto& remove = options.word("remove", word_, "Lets one move nothing any more");
        for (auto* const word : {&add, &rotate, &remove}) {
            word->required("SOURCE", name_, "the sister product's name");
            word->example(fmt::format("  tallyman sync {} novel", word->name()));
        }
        add.text("--allow", "WHAT", allow_, "add, deduct or both with a comma (default: both)");
        add.number("--daily-cap", cap_, 0, std::numeric_limits<std::int64_t>::max(),
                   "of the credits it adds in a day of UTC (default: none)");
        for (auto* const word : {&add, &rotate}) {
            word->text("--secret", "WHERE", secret_,
                       "@FILE or - (standard input) with the secret (default: one is made)");
        }
        rotate.flag("--finish", finish_, "ends the previous secret instead of making a new one");
        auto& link = options.word("link", word_, "Says whose account one of their users has");
        link.required("TELEGRAM_ID", name_, "the user, as sister products know it");
        link.optional("USER", user_, "the account; none: the user's own again");
        link.text("--source", "SOURCE", source_, "for this sister product only");
        link.example("  tallyman sync link 123456 ann    # what tg:123456 has goes to ann");
        options.example("  tallyman sync sources\n  tallyman sync add novel --daily-cap 100000");
    }

    int run(Context& context) override {
        if (word_ == "add") {
            return add(context);
        }
        if (word_ == "rotate") {
            return rotate(context);
        }
        if (word_ == "remove") {
            return remove(context);
        }
        return word_ == "link" ? link(context) : list(context);
    }

private:
    static std::optional<SyncSource> find(Context& context, std::string const& name) {
        auto const all = context.store(Opening::existing).sync().sources();
        auto const found = std::ranges::find(all, name, &SyncSource::name);
        return found == all.end() ? std::nullopt : std::optional{*found};
    }

    SyncSource known(Context& context) const {
        if (auto source = find(context, name_)) {
            return *source;
        }
        throw Stop(answer_is_no, fmt::format("there is no source `{}`; `tallyman sync sources` "
                                             "lists them",
                                             clean(name_)));
    }

    // What stands in the file, without its last line end.
    std::string secret() const {
        if (secret_.empty()) {
            return adapters::identity::make_secret();
        }
        if (secret_ != "-" && !secret_.starts_with('@')) {
            throw Stop(usage,
                       "--secret: expected @FILE or -, for what stands in a command line is "
                       "seen by others");
        }
        auto text = input_text(secret_, 1'000);
        text.erase(std::ranges::find_if(text, [](char c) { return c == '\n' || c == '\r'; }),
                   text.end());
        if (auto const mistake = wire::mistake_in_secret(text)) {
            throw Stop(usage, "--secret: the secret " + *mistake);
        }
        return text;
    }

    SyncSource wanted() const {
        SyncSource source{.name = name_, .secret = {}, .previous_secret = {}};
        if (auto const mistake = wire::mistake_in_source(name_)) {
            throw Stop(usage, "SOURCE " + *mistake);
        }
        if (!allow_.empty()) {
            source.may_add = source.may_deduct = false;
            auto const comma = allow_.find(',');
            bool const fits = wire::set_directions(source, allow_.substr(0, comma)) &&
                              (comma == std::string::npos ||
                               wire::set_directions(source, allow_.substr(comma + 1)));
            if (!fits) {
                throw Stop(usage, fmt::format("--allow: expected add, deduct or add,deduct, got "
                                              "`{}`",
                                              clean(allow_)));
            }
        }
        if (cap_ >= 0) {
            source.daily_cap = base::Credits{cap_};
        }
        return source;
    }

    int add(Context& context) const {
        auto source = wanted();
        context.store(Opening::create);
        if (find(context, name_)) {
            throw Stop(answer_is_no,
                       fmt::format("the source `{}` is there already; `tallyman sync rotate {}` "
                                   "gives it a new secret",
                                   name_, name_));
        }
        source.secret = secret();
        return keep(context, source, secret_.empty());
    }

    int rotate(Context& context) const {
        auto source = known(context);
        if (finish_) {
            source.previous_secret.clear();
            return keep(context, source, false);
        }
        source.previous_secret = source.secret;
        source.secret = secret();
        return keep(context, source, secret_.empty());
    }

    // `made`: here, so that it has to be shown.
    int keep(Context& context, SyncSource const& source, bool made) const {
        context.store(Opening::existing).sync().put(source);
        if (context.json()) {
            auto json = wire::source_json(*find(context, name_));
            if (made) {
                json["secret"] = source.secret;
            }
            Context::print(json);
            return done;
        }
        if (made) {
            fmt::print("{}\n", source.secret);
            complain(fmt::format("this is the secret of {}; it is shown only now", name_));
        } else {
            fmt::print("{} is kept{}\n", name_,
                       source.previous_secret.empty() ? "" : "; two secrets live");
        }
        return done;
    }

    int remove(Context& context) const {
        auto const source = known(context);
        context.store(Opening::existing).sync().remove(source.name);
        if (context.json()) {
            Context::print(boost::json::object{{"source", source.name}, {"removed", true}});
        } else {
            fmt::print("{} moves nothing any more\n", source.name);
        }
        return done;
    }

    static int list(Context& context) {
        auto const all = context.store(Opening::existing).sync().sources();
        if (context.json()) {
            boost::json::array list;
            for (auto const& source : all) {
                list.push_back(wire::source_json(source));
            }
            Context::print(boost::json::object{{"sources", std::move(list)}});
            return done;
        }
        Table table({{"SOURCE"},
                     {"MAY"},
                     {"A DAY", Table::Align::right},
                     {"SECRETS", Table::Align::right},
                     {"CHANGED"}});
        for (auto const& source : all) {
            table.row({clean(source.name), allowed(source),
                       source.daily_cap ? std::to_string(source.daily_cap->value) : "any",
                       source.previous_secret.empty() ? "1" : "2", local_time(source.changed_at)});
        }
        table.print();
        return done;
    }

    int link(Context& context) const {
        if (auto const mistake = wire::mistake_in_telegram_id(name_)) {
            throw Stop(usage, "TELEGRAM_ID " + *mistake);
        }
        if (!user_.empty()) {
            user_id(user_);
        }
        auto& store = context.store(Opening::existing);
        jobs::SyncedUser const who{.source = source_, .telegram_id = name_};
        auto const merged = worker::link(store, who, user_, context.settings().rules);
        if (merged.outcome != jobs::MergeOutcome::merged) {
            return context.refuse(wire::refusal_of(merged), answer_is_no);
        }
        auto const now = jobs::user_of(store.sync().links(name_), who);
        if (context.json()) {
            Context::print(boost::json::object{{"telegram_id", name_},
                                               {"user_id", now},
                                               {"grants", merged.grants},
                                               {"credits", merged.credits.value}});
        } else {
            fmt::print("{} is {} now; {} credits went there\n", clean(name_), clean(now),
                       merged.credits.value);
        }
        return done;
    }

    std::string word_;
    std::string name_;
    std::string allow_;
    std::string secret_;
    std::string user_;
    std::string source_;
    std::int64_t cap_ = -1;
    bool finish_ = false;
};

}  // namespace

std::unique_ptr<Verb> make_sync() {
    return std::make_unique<Sync>();
}

}  // namespace worker::cli
