// The model: what must become of every job and every credit. Each call says what has happened and
// returns the answer that there must have been, in a word; it shares no code with the product.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/purse.h"
#include "tests/simulation/tariff.h"

namespace simulation {

struct ModelJob {
    Int id = 0;
    std::string user;
    std::string service;
    Tariff terms;
    Int quoted = 0;
    std::optional<Int> length{};  // ms, as far as it is known
    std::string state = "queued";
    std::string wait = "none";
    int attempt = 0;
    int failures = 0;
    int losses = 0;
    Int run_at = 0;
    Int lease = 0;     // 0: none
    Int deadline = 0;  // 0: none
    std::string worker;
    std::string task;
    bool unknown = false;
    bool parked = false;
    bool late = false;
    bool poison = false;
    std::string error;
    std::vector<Int> after;
    // The charge.
    int charge = 0;
    bool open = false;
    Int debited = 0;
    Int settled = 0;
    Int refunded = 0;
    Int waived = 0;
    Int absorbed = 0;
    Int net = 0;
    Parts held;
};

struct ModelOrder {
    std::string user;
    Int amount = 0;
    Int credits = 0;
    Int bonus = 0;
    Int life = never;
    Int expires_at = 0;
    std::string status = "pending";
    std::string trade;  // provider and payment
};

struct Wish {  // a request
    std::string user;
    std::string service;
    std::optional<Int> length{};
    std::optional<Int> characters{};
    std::optional<Int> longest{};
    std::string key;
    std::string body;  // what a repeat must have in common
    std::vector<Int> after;
    Int run_at = 0;
    bool anyway = false;
};

struct Word {  // a report
    Int job = 0;
    int attempt = 0;
    std::string said;
    std::string task;
    std::optional<Int> length{};
    bool retryable = false;
    bool moderated = false;
    Int again_in = 0;
    bool charge_loaded = false;
};

class Model {
public:
    Int now = 0;
    Treatment how;
    std::map<std::string, Purse> purses;  // by user
    std::map<Int, ModelJob> jobs;
    std::map<std::string, ModelOrder> orders;

    Purse& purse_of(std::string const& user);  // opened, with its gift, on first use

    // model_users.cpp
    std::string submit(Wish const& wish, Int id);  // the id that it gets if it is created
    std::string move(std::string const& kind, std::string const& user, Int amount, Lot const& lot,
                     std::string const& reference, std::string const& same);
    void look_at(std::string const& user);  // what has expired is recorded
    std::string cancel(Int id);
    std::string retry(Int id);
    std::string resolve(Int id, std::string const& verdict, std::string const& task);
    std::string freeze(std::string const& user);
    std::string release(std::string const& user);
    std::string buy_term(std::string const& user, std::string const& key,
                         std::string const& reference);
    std::string open_order(std::string const& id, std::string const& key, ModelOrder order);
    std::string pay(std::string const& notice, std::string const& trade, std::string const& order,
                    Int amount);
    Int close_orders();

    // model_work.cpp
    std::string start(Int id, std::string const& worker);
    std::string report(Word const& word);
    void renew(std::string const& worker, Int lease);
    void rescue(std::set<std::string> const& present);
    void wake();
    void sweep();

    [[nodiscard]] int ready(std::string const& service) const;
    [[nodiscard]] int running(std::string const& user) const;

private:
    [[nodiscard]] bool is_member(ModelJob const& job) const;
    [[nodiscard]] Tariff terms_of(std::string const& service, std::string const& user) const;
    std::string settle(ModelJob& job, Word const& word);
    std::string fail_try(ModelJob& job, Word const& word);
    std::string go_on(ModelJob& job, bool charge_loaded);
    std::string not_current(ModelJob& job, Word const& word);
    void refund(ModelJob& job, Int amount);
    void end(ModelJob& job, std::string const& state);
    void fail(ModelJob& job, std::string const& error);
    void requeue(ModelJob& job, Int run_at);
    void make_ready(ModelJob& job);
    void look_for_room(ModelJob& job, std::map<std::string, int>& running_now);

    std::map<std::string, std::pair<std::string, Int>> keys_;  // user and key -> body, job
    std::map<std::string, std::string> references_;            // -> what a repeat must equal
    std::map<std::string, std::string> order_keys_;            // user and key -> what was bought
    std::set<std::string> notices_;
    std::map<std::string, std::string> trades_;  // -> the order that it paid
};

// What a length costs; of a fixed price the length does not matter.
Int price_of(Tariff const& terms, Int length, Int grace);

}  // namespace simulation
