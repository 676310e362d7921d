// Takes requests from the stream `tallyman:intake` as one consumer of a group. A message leaves the
// stream only after its verdict: taken (the store has committed it) or dead (it is in the stream
// `tallyman:intake:dead`, with the reason). Messages of consumers that died are taken over. At
// least once, so `deliver` must be idempotent. Needs Redis 6.2.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <semaphore>
#include <string>
#include <vector>

#include "adapters/redis/keeper.h"
#include "adapters/redis/keys.h"
#include "adapters/redis/message.h"
#include "adapters/redis/settings.h"

namespace adapters::redis {

struct IntakeOptions {
    std::string consumer;                 // unique among all processes
    int at_once = 64;                     // messages in one delivery
    base::Millis block{250};              // how long one read waits for messages
    base::Millis claim_idle{30'000};      // a message this long with a consumer is taken from it
    base::Millis claim_every{5'000};      // how often that is looked for
    base::Millis retry_every{500};        // how often "later" is asked again
    base::Millis consumer_idle{600'000};  // consumers without messages are forgotten after this
    std::size_t most_held = 512;          // messages without a verdict, while others are read
    int most_deliveries = 10;             // more often than this, and it is dead
    int dead_kept = 10'000;               // dead letters kept, about
    std::size_t dead_bytes = 131'072;     // of one dead letter; longer values are cut
};

class Intake {
public:
    Intake(Settings const& settings, IntakeOptions options, Deliver deliver, Tell tell);
    Intake(Intake const&) = delete;
    Intake& operator=(Intake const&) = delete;
    ~Intake() = default;

    // Lets what is under way end, and joins the thread. What has no verdict by then is another
    // consumer's, later.
    void stop() noexcept;

private:
    struct Dead {
        Message message;
        Verdict verdict;
    };

    // What belongs to a link, and begins anew with each.
    void serve(Link& link, std::function<void()> const& well);
    void begin(Link& link, std::function<void()> const& well);
    [[nodiscard]] Reply make_group(Link& link) const;
    void remake_group(Link& link);
    Reply with_group(Reply reply, Link const& link);
    void step(Link& link);
    void read_own(Link& link);
    void read_new(Link& link);
    void claim_abandoned(Link& link);
    void bury_returning(Link& link);
    void forget_consumers(Link& link) const;
    void leave(Link& link);
    void keep_hold(Link& link);

    // What outlives it: verdicts that Redis does not know yet.
    void take(Reply const& entries);
    void decide();
    void bury(Link& link);
    void acknowledge(Link& link);
    [[nodiscard]] bool knows(std::string const& id) const;
    [[nodiscard]] Args letter(Dead const& dead) const;

    IntakeOptions options_;
    Deliver deliver_;
    Tell tell_;
    Keys keys_;
    std::map<std::string, Message> held_;  // read, and without a verdict
    std::deque<Dead> dying_;               // to become dead letters
    std::vector<std::string> done_;        // to be acknowledged
    std::string claim_cursor_ = "0-0";
    bool must_wait_ = false;   // the last verdicts had "later" among them
    bool group_gone_ = false;  // the stream or its group: somebody wiped Redis
    Clock::time_point claim_at_;
    Clock::time_point forget_at_;
    Clock::time_point hold_at_;
    std::atomic<bool> leaving_ = false;
    std::binary_semaphore left_{0};
    Keeper keeper_;  // last: its thread uses the others
};

}  // namespace adapters::redis
