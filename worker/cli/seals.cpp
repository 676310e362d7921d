// seals: what the ledger was at the end of each day, signed; seals now makes one.
#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "wire/audit_json.h"
#include "worker/cli/context.h"
#include "worker/cli/text.h"
#include "worker/cli/verbs.h"
#include "worker/sealing.h"

namespace worker::cli {

namespace {

class SealsVerb final : public Verb {
public:
    void declare(Options& options) override {
        auto& list = options.word("list", word_, "Lists the seals, newest first (the default)");
        list.number("--limit", limit_, 1, 100'000, "how many (default 20)");
        list.example("  tallyman --json seals list --limit 1 >> kept-elsewhere.jsonl");
        auto& now = options.word("now", word_, "Seals the ledger as it is, without waiting");
        now.example("  tallyman seals now");
        options.example("  tallyman seals");
    }

    int run(Context& context) override {
        auto& store = context.store(Opening::existing);
        if (word_ == "now") {
            return seal_now(context, store);
        }
        auto seals = store.seals().all();
        auto const skip = std::max<std::ptrdiff_t>(0, std::ssize(seals) - limit_);
        seals.erase(seals.begin(), seals.begin() + skip);
        for (auto seal = seals.rbegin(); seal != seals.rend(); ++seal) {
            print(context, *seal);
        }
        if (seals.empty() && !context.json()) {
            fmt::print(
                "there is no seal yet; a scheduler makes one a day, `tallyman seals now` "
                "makes one at once\n");
        }
        return done;
    }

private:
    static int seal_now(Context& context, adapters::Store& store) {
        auto const made = seal(store, seal_key(context.settings()));
        if (!made) {
            return context.refuse({.code = "nothing_sealed",
                                   .detail = "there is nothing to seal, or another process has "
                                             "just sealed it"},
                                  answer_is_no);
        }
        print(context, *made);
        return done;
    }

    static void print(Context& context, ledger::Seal const& seal) {
        if (context.json()) {
            Context::print(wire::seal_json(seal));
            return;
        }
        fmt::print("{}  {}\n  {} with {}\n  root  {}\n  key   {}\n",
                   bold(fmt::format("seal {}", seal.number)), local_time(seal.at),
                   counted(seal.accounts, "account"),
                   seal.entries == 1 ? "1 entry" : fmt::format("{} entries", seal.entries),
                   base::hex(seal.root), seal.key);
    }

    std::string word_;
    std::int64_t limit_ = 20;
};

}  // namespace

std::unique_ptr<Verb> make_seals() {
    return std::make_unique<SealsVerb>();
}

}  // namespace worker::cli
