// The world as a whole: how it begins, what one step is, what is looked at after it, how it ends.
#include "tests/simulation/world.h"

#include "adapters/memory/open.h"
#include "jobs/audit.h"
#include "jobs/order_audit.h"
#include "tests/simulation/compare.h"

namespace simulation {

namespace {

constexpr int most_rounds = 400;  // until all jobs have ended

// How often each happens, of all.
std::map<What, int> const weights{
    {What::submit, 20}, {What::again, 4},    {What::claim, 16},  {What::work, 27},
    {What::say, 27},    {What::echo, 5},     {What::beat, 3},    {What::wake, 7},
    {What::rescue, 5},  {What::sweep, 4},    {What::pass, 12},   {What::crash, 3},
    {What::cancel, 3},  {What::retry, 5},    {What::resolve, 2}, {What::give, 6},
    {What::spend, 3},   {What::recharge, 2}, {What::order, 2},   {What::notice, 4},
    {What::close, 1},   {What::join, 1},     {What::freeze, 2},  {What::tier, 1},
};

Treatment treatment_of(Dice& dice, Int now) {
    Treatment how;
    how.gift = dice.of(std::vector<Int>{0, 7, 50, 520});
    how.in_flight = dice.of(std::vector<int>{0, 0, 1, 3});
    how.reprice_at = now + dice.between(0, 300'000);
    how.refund_grace = dice.of(std::vector<Int>{20'000, 600'000});
    how.tries = static_cast<int>(dice.between(1, 3));
    return how;
}

}  // namespace

std::string to_text(What what) {
    static std::array<char const*, 24> const words{
        "submit", "again",    "claim", "work",   "say",    "echo",  "beat",    "wake",
        "rescue", "sweep",    "pass",  "crash",  "cancel", "retry", "resolve", "give",
        "spend",  "recharge", "order", "notice", "close",  "join",  "freeze",  "tier"};
    return word(words, what);
}

std::vector<Step> steps_of(std::uint64_t seed, int count) {
    Dice dice{seed ^ 0x5eedU};
    std::vector<What> urn;
    for (auto const& [what, weight] : weights) {
        urn.insert(urn.end(), static_cast<std::size_t>(weight), what);
    }
    std::vector<Step> steps;
    for (int i = 0; i < count; ++i) {
        auto const what = dice.of(urn);
        steps.push_back({.what = what, .dice = dice.next()});
    }
    return steps;
}

World::World(std::uint64_t seed) : dice_{seed} {
    how_ = treatment_of(dice_, now_);
    rules_ = rules_of(how_);
    book_ = book_of(how_);
    model_.how = how_;
    store_ = adapters::open_memory({.clock = [this] { return base::from_ms(now_); }});
}

World::~World() {
    workers_.clear();  // before the store that they are present in
}

void World::tell(std::string line) {
    told.push_back("+" + std::to_string(now_ - 1'772'323'200'000) + "ms " + std::move(line));
}

// The store that fails: it did nothing and says so, or did it and says that it failed.
World::Done World::transact(jobs::Load const& load, jobs::Decide const& decide) {
    int const luck = calm_ ? 100 : dice_.below(100);
    if (luck < 5) {
        tell("  the store fails, and has done nothing");
        return {};
    }
    store_->transact(load, [&](jobs::Batch& batch) {
        decide(batch);
        for (auto const& wallet : batch.wallets) {
            touched_.insert(wallet.account.user);
        }
        for (auto const& loaded : batch.jobs) {
            touched_.insert(loaded.job.user);
        }
        for (auto const& job : batch.new_jobs) {
            touched_.insert(job.user);
        }
    });
    bool const heard = luck >= 11;
    if (!heard) {
        tell("  the store has done it, and says that it failed");
    }
    return {.done = true, .heard = heard};
}

void World::expect(std::string const& what, std::string const& product, std::string const& model) {
    tell(what + ": " + product);
    if (product != model) {
        throw Wrong{what + ": the product says " + product + ", the model " + model};
    }
}

Int World::some_job() {
    return dice_.between(1, std::max<Int>(static_cast<Int>(model_.jobs.size()), 1));
}

void World::look_at(std::string const& user) {
    store_->audit({.user = user}, [&](adapters::AuditPage const& page) {
        auto const broken = twelve_.broken_by(page, base::from_ms(now_));
        if (!broken.empty()) {
            throw Wrong{broken.front()};
        }
        if (auto const what = difference(page, model_); !what.empty()) {
            throw Wrong{what};
        }
        auto findings = ledger::audit(page.books, base::from_ms(now_));
        for (auto const& more : {jobs::audit(page.books.entries, page.jobs),
                                 jobs::audit_orders(page.books.entries, page.orders, user)}) {
            findings.insert(findings.end(), more.begin(), more.end());
        }
        if (!findings.empty()) {
            throw Wrong{"audit: invariant " + std::to_string(findings[0].invariant) + " (" + user +
                        "): " + findings[0].what};
        }
    });
    auto const wallet = store_->glance(user);
    auto const shown = wallet ? ledger::balance(*wallet, base::from_ms(now_)).value : 0;
    auto const expected = model_.purses.contains(user) ? model_.purses.at(user).shown(now_) : 0;
    if (shown != expected) {
        throw Wrong{user + " is shown " + std::to_string(shown) + " credits, the model has " +
                    std::to_string(expected)};
    }
}

void World::look() {
    for (auto const& user : touched_) {
        look_at(user);
    }
    touched_.clear();
    std::set<std::pair<Int, int>> bought;
    for (auto const& [id, task] : tasks_) {
        bool const in_vain = task.fate == "failed" || task.fate == "failed for good" ||
                             task.fate == "refused" || task.fate == "gone";
        if (!in_vain && !bought.insert(task.charge).second) {
            throw Wrong{"the provider has two tasks for one charge of job " +
                        std::to_string(task.charge.first)};
        }
    }
}

void World::take(Step const& step) {
    dice_ = Dice{step.dice};
    model_.now = now_;
    static std::array<void (World::*)(), 24> const deeds{
        &World::submit,       &World::again, &World::claim,    &World::work,   &World::say,
        &World::echo,         &World::beat,  &World::wake,     &World::rescue, &World::sweep,
        &World::pass,         &World::crash, &World::cancel,   &World::retry,  &World::resolve,
        &World::give,         &World::spend, &World::recharge, &World::order,  &World::notice,
        &World::close_orders, &World::join,  &World::freeze,   &World::tier};
    (this->*deeds.at(static_cast<std::size_t>(step.what)))();
    model_.now = now_;
    look();
}

void World::settle_down() {
    calm_ = true;
    tell("everything comes to rest");
    for (auto const& name : users_) {
        store_->transact({.users = {name}}, [&](jobs::Batch& batch) {
            if (batch.wallet_of(name) != nullptr) {
                touched_.insert(name);
            }
        });
    }
    look();
    for (int round = 0; round < most_rounds && is_busy(); ++round) {
        work_off();
    }
    for (auto const& [id, job] : model_.jobs) {
        if (job.state == "queued" || job.state == "processing") {
            throw Wrong{"job " + std::to_string(id) + " is stranded: " + job.state +
                        ", waits for " + job.wait};
        }
    }
    take({.what = What::sweep, .dice = told.size()});
    tamper();
}

bool World::is_busy() const {
    return std::ranges::any_of(model_.jobs, [](auto const& each) {
        return each.second.state == "queued" || each.second.state == "processing";
    });
}

// Each does what there is to do.
void World::work_off() {
    model_.now = now_;
    for (auto const& name : users_) {
        if (model_.purses.contains(name) && model_.purses.at(name).frozen) {
            freeze_or_release(name, false);
        }
    }
    rescue();
    wake();
    if (workers_.empty()) {
        some_worker();
    }
    for (auto& worker : workers_) {
        claim_at(worker);
        for (std::size_t i = 0; i < worker.holdings.size();) {
            auto const before = worker.holdings.size();
            go_on(worker, worker.holdings[i]);
            if (!worker.holdings[i].to_say.empty()) {
                say_next(worker, i);
            }
            i += worker.holdings.size() == before ? 1 : 0;
        }
    }
    look();
    now_ += 2'000;
}

// Whoever changes one figure of one account is found by the audit.
void World::tamper() {
    for (auto const& name : users_) {
        store_->audit({.user = name}, [&](adapters::AuditPage const& page) {
            if (page.books.entries.empty()) {
                return;
            }
            auto books = page.books;
            auto& entry = books.entries[static_cast<std::size_t>(
                dice_.below(static_cast<int>(books.entries.size())))];
            auto& grant = books.grants[static_cast<std::size_t>(
                dice_.below(static_cast<int>(books.grants.size())))];
            std::string what;
            switch (dice_.below(8)) {
                case 0:
                    what = "the note", entry.note += "!";
                    break;
                case 1:
                    what = "the time", entry.recorded_at -= base::Millis{1};
                    break;
                case 2:
                    what = "the job", entry.job.value += 1;
                    break;
                case 3:
                    what = "the reference", entry.reference += "x";
                    break;
                case 4:
                    what = "a grant's date", grant.expires_at = base::from_ms(now_ + 10'000'000);
                    break;
                case 5:
                    what = "the draws", entry.draws.back().grant += 1;
                    break;
                case 6:
                    what = "the tail", books.entries.pop_back();
                    break;
                default:
                    what = "the effect", entry.effective_at += base::Millis{1};
            }
            if (ledger::audit(books, base::from_ms(now_)).empty()) {
                throw Wrong{"the audit does not find that somebody changed " + what + " of " +
                            name};
            }
        });
    }
}

}  // namespace simulation
