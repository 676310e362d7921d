// From what a decision has done to what the world is told of it: pure functions around a decision,
// which need not know that anybody listens.
//
// What happens to jobs and credits is seen in the batch, before and after. What can't be seen there
// decisions say themselves, as notices of the batch.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "jobs/batch.h"
#include "jobs/guards.h"

namespace jobs {

// A receiver from configuration.
struct Endpoint {
    std::string name;
    std::vector<std::string> events;  // kinds; "job.*" and "*" are many
    std::set<std::string> users;      // empty: all
};

// Who listens. A job's own address need not be here: it comes with the job.
struct Listening {
    std::vector<Endpoint> endpoints;
    base::Credits balance_low;  // told when a balance falls below; zero: never
};

// All kinds there are.
std::vector<std::string_view> const& notice_kinds();

// Whether such an entry of Endpoint::events means any kind.
bool means_something(std::string_view pattern);

bool hears(Endpoint const& endpoint, std::string_view kind, std::string_view user);
bool anybody_hears(Listening const& listening, std::string_view kind);

// The end of a job is what its own address is told of.
bool is_for_own_address(std::string_view kind);

// A notice, and everybody who is told of it.
struct Told {
    struct Receiver {
        std::string target;  // see Message
        std::string url;
    };

    Notice notice;
    std::vector<Receiver> receivers;
};

// Remembers how the batch stood before the decision, as far as somebody may want to hear of it.
class NoticeWatch {
public:
    // Both must outlive it.
    NoticeWatch(Batch const& batch, Listening const& listening);

    // What the decision has done that somebody is told of; in the order in which it became true.
    [[nodiscard]] std::vector<Told> told(Batch const& batch) const;

private:
    struct JobBefore {
        State state;
        int attempt;
        int charge;
        bool open;
    };

    void look_at(Batch const& batch, std::vector<Notice>& notices) const;
    void look_at_jobs(Batch const& batch, std::vector<Notice>& notices) const;
    void look_at_money(Batch const& batch, std::vector<Notice>& notices) const;
    [[nodiscard]] bool concerns(Job const& job) const;

    Listening const& listening_;
    bool jobs_ = false;              // an endpoint hears of jobs
    bool money_ = false;             // an endpoint hears of credits that move
    std::vector<JobBefore> before_;  // of each of the batch's jobs, where one is heard of
    std::vector<base::Credits> balances_;
};

// As it goes to one receiver; the body is put together elsewhere.
Message message_for(Told::Receiver const& receiver, Notice const& notice, std::string body);

// A guard that refused somebody something, once a guard, account and day.
Notice cap_hit(std::string const& guard, std::string const& user, base::AccountId account,
               Facts facts, base::Timestamp day);
Notice cap_hit(Batch& batch, Hit const& hit, std::string const& user, std::string const& service);

// It was paid, and what it bought is there.
Notice order_paid(Order const& order);

}  // namespace jobs
