// The simulated world: users, payment platforms, workers, a provider and duties over the memory
// store, with a clock, a network and a store that misbehave. All of it follows from the seed and
// from the steps; the model runs beside it, and whatever differs from it throws.
#pragma once

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "adapters/store.h"
#include "jobs/report.h"
#include "jobs/rules.h"
#include "jobs/submit.h"
#include "pricing/book.h"
#include "tests/simulation/dice.h"
#include "tests/simulation/invariants.h"
#include "tests/simulation/model.h"

namespace simulation {

enum class What : std::uint8_t {
    submit,
    again,  // a request that was made before, whether or not it was answered
    claim,
    work,  // a worker and its provider say something to each other
    say,   // a worker tells the store what it has to say
    echo,  // a message comes twice, or from an attempt that is long over
    beat,
    wake,
    rescue,
    sweep,
    pass,  // time goes by
    crash,
    cancel,
    retry,
    resolve,
    give,
    spend,
    recharge,
    order,
    notice,
    close,
    join,  // a membership
    freeze,
    tier,
};

struct Step {
    What what = What::submit;
    std::uint64_t dice = 0;
};

std::string to_text(What what);
std::vector<Step> steps_of(std::uint64_t seed, int count);

// The product and the model, or an invariant and the store, do not agree.
struct Wrong : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct Holding {  // an attempt in a worker's hands
    jobs::Job job;
    std::string task;
    std::deque<jobs::Report> to_say;
};

struct Worker {
    std::string name;
    std::unique_ptr<adapters::Presence> presence;
    std::vector<Holding> holdings;
    Int skew = 0;           // of its clock
    bool in_doubt = false;  // whether a claim of its was committed
};

// The provider: one task for each key, and what became of it stays so.
struct Task {
    std::string key;
    std::pair<Int, int> charge;  // job and number
    std::string fate = "running";
    Int length = 0;
};

class World {
public:
    explicit World(std::uint64_t seed);
    World(World const&) = delete;
    World& operator=(World const&) = delete;
    ~World();

    // One thing happens, and everything that it touched is looked at.
    void take(Step const& step);

    // Everything comes to rest: nobody fails any more, all jobs end, nothing is stranded.
    void settle_down();

    std::vector<std::string> told;  // what happened, a line each

private:
    struct Done {
        bool done = false;   // it happened
        bool heard = false;  // whoever asked for it knows
    };

    // world.cpp
    void tell(std::string line);
    Done transact(jobs::Load const& load, jobs::Decide const& decide);
    void expect(std::string const& what, std::string const& product, std::string const& model);
    void look();
    void look_at(std::string const& user);
    void tamper();
    [[nodiscard]] bool is_busy() const;
    void work_off();

    std::string user() { return dice_.of(users_); }

    Int some_job();

    // world_users.cpp
    void submit();
    void again();
    void ask(Wish const& wish);
    void cancel();
    void retry();
    void resolve();
    void give();
    void spend();
    void recharge();
    void order();
    void notice();
    void close_orders();
    void join();
    void freeze();
    void freeze_or_release(std::string const& name, bool on);
    void tier();

    // world_workers.cpp
    Worker* some_worker();
    Worker* busy_worker();  // null: there is none
    void claim();
    void claim_at(Worker& worker);
    void claim_for(Worker& worker);
    void release_strays(Worker& worker);
    void begin(Worker& worker, jobs::Job const& job);
    void work();
    void go_on(Worker& worker, Holding& holding);
    void call(Worker& worker, Holding& holding);
    void poll(Worker& worker, Holding& holding);
    void decide_fate(Task& task);
    void say();
    void say_next(Worker& worker, std::size_t place);
    void echo();
    void beat();
    void crash();
    jobs::Report report_of(Holding const& holding, jobs::Said said);
    std::vector<jobs::Reported> report(std::vector<jobs::Report> const& reports, Done& done);
    void check_backoff(jobs::Job const& job);

    // world_duties.cpp
    void wake();
    void rescue();
    void sweep();
    void pass();

    Dice dice_;
    Int now_ = 1'772'323'200'000;  // of the store
    bool calm_ = false;            // nothing goes wrong any more
    Treatment how_;
    jobs::Rules rules_;
    pricing::Book book_;
    std::unique_ptr<adapters::Store> store_;
    Model model_;
    Twelve twelve_;
    std::vector<std::string> users_{"ann", "bob", "cid"};
    std::deque<Worker> workers_;
    int workers_made_ = 0;
    std::vector<Wish> asked_;
    std::vector<jobs::Report> echoes_;
    std::map<std::string, Task> tasks_;
    std::map<std::string, std::string> task_of_key_;
    std::vector<std::string> order_ids_;
    int names_ = 0;                  // for keys, references and orders
    std::set<std::string> touched_;  // users
};

pricing::Book book_of(Treatment const& how);
jobs::Rules rules_of(Treatment const& how);

template <std::size_t N, typename Enum>
std::string word(std::array<char const*, N> const& words, Enum value) {
    return words.at(static_cast<std::size_t>(value));
}

}  // namespace simulation
